// SPDX-License-Identifier: Apache-2.0
//
// What is wrong with these options is wrong usage, and found before any file is read.

#include "commands/SpeechFlags.h"
#include "commands/Checks.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::commands {

void SpeechFlags::addTo(CLI::App &command) {
  const char *group = "Models of speech";
  command
      .add_option("--language", language,
                  "what is spoken, e.g. en [the model's default, or each file's is "
                  "detected]")
      ->group(group);
  command
      .add_option("--text-language", textLanguage,
                  "what the text is to be in, for models whose prompts name it [what is spoken]")
      ->group(group);
  command
      .add_option("--task", task,
                  "write down what is said, or translate it into English "
                  "[the model's default, or transcribe]")
      ->check(oneOf({"transcribe", "translate"}))
      ->group(group);
  command
      .add_flag("--timestamps", hasTimestamps,
                "one line a segment, with its seconds: [0.00 --> 2.40] text; with --json: segments")
      ->group(group);
  command
      .add_flag("--word-timestamps", hasWordTimestamps,
                "the same for each word, from what the decoder looked at; with --json: words, too")
      ->group(group);
}

std::string SpeechFlags::firstGiven() const {
  return !language.empty()       ? "--language"
         : !textLanguage.empty() ? "--text-language"
         : !task.empty()         ? "--task"
         : hasTimestamps         ? "--timestamps"
         : hasWordTimestamps     ? "--word-timestamps"
                                 : "";
}

void SpeechFlags::checkLanguages(const Model &model) const {
  std::vector<std::string> languages = languagesOf(model);
  auto refuse = [&](const char *option, const std::string &given) {
    throw CLI::ValidationError(option, fmt::format("expects one of {}, but got {}",
                                                   fmt::join(languages, ", "),
                                                   given.empty() ? "none" : given));
  };
  auto isKnown = [&](const std::string &code) {
    return std::ranges::find(languages, code) != languages.end();
  };
  const transept_speech_defaults &speech = *model.table().speech;
  if (!textLanguage.empty() && !detail::Transcription::namesTextLanguage(model))
    throw CLI::ValidationError("--text-language", "the prompt of this model does not name it");
  if (!language.empty() && languages.empty())
    throw CLI::ValidationError("--language", "this model knows one language only");
  bool namesText = detail::Transcription::namesTextLanguageAlone(model);
  if (namesText && !language.empty())
    throw CLI::ValidationError("--language",
                               "the prompt of this model names the text's, --text-language");
  if (namesText && !isKnown(textLanguage))
    refuse("--text-language", textLanguage);
  bool isNeeded = speech.prompt_names_languages && !speech.default_language && !namesText;
  if ((!language.empty() || isNeeded) && !isKnown(language))
    refuse("--language", language);
  if (!textLanguage.empty() && !isKnown(textLanguage))
    refuse("--text-language", textLanguage);
}

std::optional<SpeechOptions> SpeechFlags::resolve(const Model &model,
                                                  const GenerateOptions &generation,
                                                  bool hasDecoderStart,
                                                  const text::Tokenizer *tokenizer) const {
  const transept_speech_defaults *speech = model.table().speech;
  std::string given = firstGiven();
  if (!speech && !given.empty()) {
    std::string other = given == "--language" ? "; --source-language says what a text is in"
                        : given == "--task"   ? "; --target-language says what a text becomes"
                                              : "";
    throw CLI::ValidationError(given,
                               "is for models that transcribe speech, which this is not" + other);
  }
  const std::vector<Id> &prefix = generation.prompt;
  bool isWhole = hasDecoderStart ||
                 (speech && !prefix.empty() && prefix.front() == speech->transcript_start_id);
  if (speech && isWhole && !given.empty())
    throw CLI::ValidationError(given, "cannot be combined with a decoder start or a prefix that "
                                      "begins as a prompt does");
  if (!speech || isWhole)
    return std::nullopt;
  if (wantsTimes() && !prefix.empty())
    throw CLI::ValidationError(given, "cannot be combined with a prefix, which has no times");
  if (generation.returnCount.value_or(1) > 1)
    throw CLI::ValidationError("--num-return", "a sound has one transcript");
  if (generation.forcedBeginning)
    throw CLI::ValidationError("--forced-bos", "the prompt of language and task stands there");
  if (wantsTimes() && speech->first_timestamp_id < 0)
    throw CLI::ValidationError(hasTimestamps ? "--timestamps" : "--word-timestamps",
                               "this model has no timestamps");
  if (wantsWords() && !tokenizer)
    throw CLI::ValidationError("--word-timestamps", "needs a tokenizer, which the library lacks");
  checkLanguages(model);
  if (task == "translate" && speech->translate_id < 0)
    throw CLI::ValidationError("--task", speech->prompt_names_languages
                                             ? "this model has none; --text-language says it"
                                             : "this model cannot translate");
  SpeechOptions options{.language = language, .textLanguage = textLanguage, .generate = generation};
  options.generate.decoderStart.reset(); // a default: the prompt begins with it
  if (!task.empty())
    options.task = task == "translate" ? SpeechTask::Translate : SpeechTask::Transcribe;
  if (wantsTimes())
    options.timestamps = true;
  return options;
}

} // namespace transept::commands

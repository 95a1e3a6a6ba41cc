// SPDX-License-Identifier: Apache-2.0
//
// One table from the names of Hugging Face's arguments to the fields of GenerateOptions.

#include "workbench/goldens/GenerationArguments.h"
#include "base/Error.h"

#include "base/Json.h"

#include <fmt/format.h>

#include <functional>
#include <map>

namespace transept::workbench {

using Json = nlohmann::ordered_json;

namespace {

/// An integer; null is `none`, the value that means "not set".
int toNumber(const Json &value, const std::string &name, int none = -1) {
  if (value.is_null())
    return none;
  return int(toInteger(value, name, {.minimum = INT32_MIN + 1, .maximum = INT32_MAX}));
}

/// A list of ids, one id alone, or null for none.
std::vector<Id> toIds(const Json &value, const std::string &name) {
  std::vector<Id> ids;
  if (value.is_array())
    for (const Json &item : value)
      ids.push_back(toNumber(item, name));
  else if (!value.is_null())
    ids.push_back(toNumber(value, name));
  return ids;
}

std::vector<std::vector<Id>> toWords(const Json &value, const std::string &name) {
  std::vector<std::vector<Id>> words;
  if (!value.is_null() && !value.is_array())
    refuseValue(value, name, "a list of lists of ids");
  for (const Json &item : value)
    words.push_back(toIds(item, name));
  return words;
}

EarlyStopping toEarlyStopping(const Json &value, const std::string &name) {
  if (value == "never")
    return EarlyStopping::Never;
  return toBoolean(value, name) ? EarlyStopping::AtOnce : EarlyStopping::WhenUnlikely;
}

using Setter = std::function<void(GenerationArguments &, const Json &, const std::string &)>;

Setter number(std::optional<int> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toNumber(value, name);
  };
}

Setter fraction(std::optional<float> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = float(toNumber(value, name));
  };
}

Setter ids(std::optional<std::vector<Id>> GenerateOptions::*field) {
  return [field](GenerationArguments &arguments, const Json &value, const std::string &name) {
    arguments.options.*field = toIds(value, name);
  };
}

/// An argument that is known, but of which only one value is offered.
Setter only(Json allowed) {
  return [allowed](GenerationArguments &, const Json &value, const std::string &name) {
    if (value != allowed && !value.is_null())
      refuseValue(value, name, allowed.dump());
  };
}

/// An argument of models of speech. What was not said stays out of the prompt.
template <typename Set> Setter speech(Set &&set) {
  return [set](GenerationArguments &arguments, const Json &value, const std::string &name) {
    if (!arguments.speech)
      arguments.speech = SpeechOptions{.task = std::nullopt};
    if (!value.is_null())
      set(*arguments.speech, value, name);
  };
}

SpeechTask toTask(const Json &value, const std::string &name) {
  if (value != "transcribe" && value != "translate")
    refuseValue(value, name, "\"transcribe\" or \"translate\"");
  return value == "translate" ? SpeechTask::Translate : SpeechTask::Transcribe;
}

Setter withoutEffect() {
  return [](GenerationArguments &, const Json &, const std::string &) {};
}

const std::map<std::string, Setter> &setters() {
  using Options = GenerateOptions;
  static const std::map<std::string, Setter> table = {
      {"num_beams", number(&Options::beams)},
      {"num_return_sequences", number(&Options::returnCount)},
      {"max_length", number(&Options::maximumLength)},
      {"max_new_tokens", number(&Options::maximumNewTokens)},
      {"min_length", number(&Options::minimumLength)},
      {"min_new_tokens", number(&Options::minimumNewTokens)},
      {"length_penalty", fraction(&Options::lengthPenalty)},
      {"repetition_penalty", fraction(&Options::repetitionPenalty)},
      {"no_repeat_ngram_size", number(&Options::noRepeatNgramSize)},
      {"encoder_no_repeat_ngram_size", number(&Options::encoderNoRepeatNgramSize)},
      {"decoder_start_token_id", number(&Options::decoderStart)},
      {"forced_bos_token_id", number(&Options::forcedBeginning)},
      {"forced_eos_token_id", number(&Options::forcedEnd)},
      {"eos_token_id", ids(&Options::ends)},
      {"suppress_tokens", ids(&Options::suppressed)},
      {"begin_suppress_tokens", ids(&Options::beginningSuppressed)},
      {"bad_words_ids",
       [](GenerationArguments &arguments, const Json &value, const std::string &name) {
         arguments.options.badWords = toWords(value, name);
       }},
      {"early_stopping",
       [](GenerationArguments &arguments, const Json &value, const std::string &name) {
         arguments.options.earlyStopping = toEarlyStopping(value, name);
       }},
      {"pad_token_id", [](GenerationArguments &arguments, const Json &value,
                          const std::string &name) { arguments.padding = toNumber(value, name); }},
      {"language", speech([](SpeechOptions &options, const Json &value, const std::string &name) {
         options.language = transept::toText(value, name);
       })},
      {"task", speech([](SpeechOptions &options, const Json &value, const std::string &name) {
         options.task = toTask(value, name);
       })},
      {"return_timestamps",
       speech([](SpeechOptions &options, const Json &value, const std::string &name) {
         options.timestamps = toBoolean(value, name);
       })},
      {"bos_token_id", withoutEffect()}, // see below
      {"use_cache", withoutEffect()},
      {"return_dict_in_generate", withoutEffect()},
      {"output_scores", withoutEffect()},
      {"do_sample", only(false)},
      {"num_beam_groups", only(1)},
      {"renormalize_logits", only(false)},
  };
  return table;
}

} // namespace

GenerationArguments readGenerationArguments(const Json &arguments) {
  GenerationArguments result;
  for (const auto &[name, value] : arguments.items()) {
    auto setter = setters().find(name);
    if (setter == setters().end())
      throw InputError(fmt::format("generation argument {} is not offered", name));
    setter->second(result, value, "generation argument " + name);
  }
  // Hugging Face transcribes when it knows the language but not what to do.
  if (result.speech && !result.speech->language.empty() && !result.speech->task)
    result.speech->task = SpeechTask::Transcribe;
  // Decoders without a start id of their own begin with the beginning-of-sequence id.
  if (!result.options.decoderStart && arguments.contains("bos_token_id"))
    result.options.decoderStart = toNumber(arguments["bos_token_id"], "bos_token_id");
  return result;
}

} // namespace transept::workbench

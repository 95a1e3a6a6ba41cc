// SPDX-License-Identifier: Apache-2.0
//
// Models of speech: what is said in a piece of sound (usually 30 seconds), in which language, and
// when. Like the generate function that transformers 4.44 has for such models.
//
//     auto source = model.encodeFeatures(frames);
//     auto transcript = transept::transcribe(model, source, {.timestamps = true});
//     for (const transept::SpeechSegment &segment : transcript.segments)
//       ...
#ifndef TRANSEPT_SPEECH_H
#define TRANSEPT_SPEECH_H

#include "transept/model.h"

#include <cmath>

namespace transept {

/// From one timestamp to the next, and from one row of the encoder's states to the next.
inline constexpr double secondsPerTimestamp = 0.02;

enum class SpeechTask {
  Transcribe, ///< write down what is said
  Translate,  ///< translate it into English
  OfModel     ///< what the model's files say; to transcribe where they say nothing
};

struct SpeechOptions {
  /// What is spoken, e.g. "en" (languagesOf() has the list); empty: what the model's files say, or
  /// each source's is detected.
  std::string language = {};
  /// What the text is to be in, for models whose prompts name it apart from what is spoken, or name
  /// it alone; empty: what is spoken.
  std::string textLanguage = {};
  /// Nothing: the prompt does not say what to do, unless the model's files do.
  std::optional<SpeechTask> task = SpeechTask::OfModel;
  /// Whether segments have times; unset: the model's default.
  std::optional<bool> timestamps = {};
  /// How to search. What its `prompt` or `prompts` have follows the prompt that is made here, and
  /// is part of the text (not with timestamps). Lengths count the prompt. A sound has one
  /// transcript, so returnCount is 1 or unset; decoderStart and timestamps are unset: the prompt
  /// and `timestamps` above say what they would.
  GenerateOptions generate = {};
};

/// A piece of a transcript.
struct SpeechSegment {
  double begin = 0, end = 0; ///< seconds from the beginning of the source
  std::vector<Id> ids;       ///< its text, without timestamps
};

struct Transcript {
  /// Prompt, text and timestamps, without the end id. With timestamps, text that was cut off before
  /// its second timestamp is left out if there are whole segments before it.
  std::vector<Id> ids;
  std::size_t promptLength = 0;
  /// Given or detected; empty for models of one language.
  std::string language;
  /// One segment, of the whole source, where there are no timestamps.
  std::vector<SpeechSegment> segments;
  /// As it was generated: with the end id, and with all of the text.
  Sequence sequence;

  /// What follows the prompt.
  std::span<const Id> text() const { return std::span(ids).subspan(promptLength); }
};

namespace detail {

[[noreturn]] inline void refuseSpeechOption(const std::string &what, const std::string &value,
                                            const std::string &allowed) {
  throw Error(ErrorCode::InvalidArgument, what + " is " + value + ", but must be " + allowed);
}

inline const transept_speech_defaults &speechOf(const Model &model) {
  if (!model.table().speech)
    throw Error(ErrorCode::Unsupported,
                std::string(model.name()) + " is not a model of speech: use generate");
  return *model.table().speech;
}

inline std::span<const transept_language> languagesOf(const transept_speech_defaults &speech) {
  return {speech.languages, speech.language_count};
}

/// Cuts what was generated (no prompt, no end id) where two timestamps follow each other. Returns
/// how many ids stay: all, but for an unfinished segment behind finished ones.
inline std::size_t cutAtTimestamps(std::span<const Id> text, Id firstTimestamp, double duration,
                                   std::vector<SpeechSegment> &segments) {
  auto isTimestamp = [&](std::size_t at) {
    return firstTimestamp >= 0 && text[at] >= firstTimestamp;
  };
  auto secondsAt = [&](std::size_t at) {
    return (text[at] - firstTimestamp) * secondsPerTimestamp;
  };
  std::vector<std::size_t> cuts;
  for (std::size_t at = 1; at < text.size(); ++at)
    if (isTimestamp(at - 1) && isTimestamp(at))
      cuts.push_back(at);
  bool endsWithSingle =
      text.size() > 1 && isTimestamp(text.size() - 1) && !isTimestamp(text.size() - 2);
  if (cuts.empty() || endsWithSingle)
    cuts.push_back(text.size());
  for (std::size_t begin = 0; std::size_t end : cuts) {
    SpeechSegment &segment = segments.emplace_back(SpeechSegment{0, duration, {}});
    if (begin != end && isTimestamp(begin))
      segment.begin = secondsAt(begin);
    if (end > begin + 1 && isTimestamp(end - 1))
      segment.end = secondsAt(end - 1);
    for (std::size_t at = begin; at < end; ++at)
      if (!isTimestamp(at))
        segment.ids.push_back(text[at]);
    begin = end;
  }
  return cuts.back();
}

/// Makes the prompts of one call and reads its results.
class Transcription {
public:
  Transcription(const Model &model, const SpeechOptions &options)
      : model(model), speech(speechOf(model)), options(options),
        hasTimestamps(options.timestamps.value_or(speech.returns_timestamps != 0)) {
    checkPrefix(options.generate.prompt);
    for (const std::vector<Id> &prefix : options.generate.prompts)
      checkPrefix(prefix);
    refuseWithoutEffect(options.generate.decoderStart, "decoderStart",
                        "the transcript's beginning is made of language and task");
    refuseWithoutEffect(options.generate.forcedBeginning, "forcedBeginning",
                        "the prompt stands at the beginning");
    refuseWithoutEffect(options.generate.timestamps, "timestamps",
                        "timestamps of the SpeechOptions says it");
    if (options.generate.returnCount.value_or(1) > 1)
      refuseSpeechOption("generate.returnCount", std::to_string(*options.generate.returnCount),
                         "1: a sound has one transcript");
    if (hasTimestamps && speech.first_timestamp_id < 0)
      refuseSpeechOption("timestamps", "true", "false: this model has no timestamps");
    if (!options.textLanguage.empty() && !namesTextLanguage(model))
      refuseSpeechOption("textLanguage", options.textLanguage,
                         "empty: the prompt of this model does not name it");
    if (options.task == SpeechTask::Translate && speech.prompt_names_languages)
      refuseSpeechOption("task", "Translate", "unset: textLanguage says it");
  }

  std::vector<Transcript> run(std::span<const Source> sources) const {
    std::vector<std::size_t> languages = languagesOfSources(sources);
    GenerateOptions generate = options.generate;
    generate.returnCount = 1;
    generate.timestamps = hasTimestamps;
    generate.decoderStart = -1; // it is part of the prompt
    std::vector<std::size_t> promptLengths = addPrompts(languages, generate);
    std::vector<Generation> results = model.generateBatch(sources, generate);
    std::vector<Transcript> transcripts;
    for (std::size_t index = 0; index < sources.size(); ++index) {
      Transcript &transcript = transcripts.emplace_back();
      transcript.sequence = std::move(results[index].sequences.front());
      transcript.promptLength = promptLengths[index];
      transcript.language = codeOf(languages[index]);
      cut(transcript, double(sources[index].length()) * secondsPerTimestamp);
    }
    return transcripts;
  }

  /// The number of each source's language, the likeliest of all after the first id of the prompt.
  static std::vector<std::size_t> detect(const Model &model, std::span<const Source> sources) {
    const transept_speech_defaults &speech = speechOf(model);
    auto languages = languagesOf(speech);
    if (languages.empty())
      throw Error(ErrorCode::Unsupported,
                  std::string(model.name()) + " has no list of languages to detect");
    std::vector<Decoder> decoders;
    std::vector<Decoder *> pointers;
    decoders.reserve(sources.size());
    for (const Source &source : sources)
      pointers.push_back(&decoders.emplace_back(source.decode()));
    std::vector<std::vector<Id>> starts(sources.size(), {speech.transcript_start_id});
    Rows logits = Decoder::appendBatch(pointers, starts);
    std::vector<std::size_t> result;
    for (std::size_t row = 0; row < sources.size(); ++row) {
      for (const transept_language &language : languages)
        if (float score = logits[row][std::size_t(language.id)]; !std::isfinite(score))
          throw Error(ErrorCode::Internal, "the score of language " + std::string(language.code) +
                                               " for sources[" + std::to_string(row) + "] is " +
                                               std::to_string(score) +
                                               ": the model overflows here, or its weights are "
                                               "damaged");
      auto isBetter = [&](const transept_language &left, const transept_language &right) {
        float first = logits[row][std::size_t(left.id)],
              second = logits[row][std::size_t(right.id)];
        return first != second ? first > second : left.id < right.id;
      };
      result.push_back(std::size_t(std::min_element(languages.begin(), languages.end(), isBetter) -
                                   languages.begin()));
    }
    return result;
  }

  /// Whether the prompts of a model name the language of the text.
  static bool namesTextLanguage(const Model &model) {
    return promptHas(speechOf(model), textLanguagePlace);
  }

  /// Whether they do, and not what is spoken.
  static bool namesTextLanguageAlone(const Model &model) {
    return namesTextLanguage(model) && !promptHas(speechOf(model), languagePlace);
  }

  /// The number of each source's language: given, the model's default, or detected.
  std::vector<std::size_t> languagesOfSources(std::span<const Source> sources) const {
    auto languages = languagesOf(speech);
    if (namesTextLanguageAlone(model)) {
      if (!options.language.empty())
        refuseSpeechOption("language", options.language,
                           "empty: the prompt of this model names the text's, textLanguage");
      return std::vector<std::size_t>(sources.size(), noLanguage);
    }
    if (usesDefaultPrompt() && !speech.prompt_names_languages && speech.default_prompt[0] >= 0)
      return std::vector<std::size_t>(sources.size(), languageNumber(speech.default_prompt[0]));
    if (options.language.empty() && speech.default_language)
      return std::vector<std::size_t>(sources.size(), languageNumber(speech.default_language->id));
    if (options.language.empty() && !speech.prompt_names_languages)
      return languages.empty() ? std::vector<std::size_t>(sources.size(), noLanguage)
                               : detect(model, sources);
    return std::vector<std::size_t>(sources.size(), numberOf(options.language, "language"));
  }

  /// The code of a language by its number; empty for models of one language.
  std::string codeOf(std::size_t language) const {
    return language == noLanguage ? "" : languagesOf(speech)[language].code;
  }

  /// What stands before a source's text.
  std::vector<Id> prompt(std::size_t language) const {
    std::vector<Id> ids;
    ids.reserve(speech.default_prompt_length + 4);
    ids.push_back(speech.transcript_start_id);
    auto add = [&](Id id) {
      if (id >= 0)
        ids.push_back(id);
    };
    Id languageId = language == noLanguage ? -1 : languagesOf(speech)[language].id;
    if (usesDefaultPrompt()) {
      bool isSpoken =
          options.textLanguage.empty() && (language != noLanguage || !namesTextLanguage(model));
      Id textId = isSpoken ? languageId
                           : languagesOf(speech)[numberOf(options.textLanguage, "textLanguage")].id;
      for (Id id : std::span(speech.default_prompt, speech.default_prompt_length))
        add(id >= 0 ? id : id == textLanguagePlace ? textId : languageId);
    } else {
      add(languageId);
      add(taskId());
    }
    if (hasTimestamps && ids.back() == speech.no_timestamps_id)
      ids.pop_back();
    if (!hasTimestamps && ids.back() != speech.no_timestamps_id)
      add(speech.no_timestamps_id);
    return ids;
  }

private:
  static constexpr std::size_t noLanguage = SIZE_MAX;
  static constexpr Id languagePlace = -1, textLanguagePlace = -2; // in default_prompt

  static bool promptHas(const transept_speech_defaults &speech, Id place) {
    std::span<const Id> prompt(speech.default_prompt, speech.default_prompt_length);
    return speech.prompt_names_languages &&
           std::find(prompt.begin(), prompt.end(), place) != prompt.end();
  }

  /// The number of a language by its code; `option` is what gave it.
  std::size_t numberOf(const std::string &code, const std::string &option) const {
    auto languages = languagesOf(speech);
    std::string codes;
    for (std::size_t index = 0; index < languages.size(); ++index) {
      if (code == languages[index].code)
        return index;
      codes += std::string(index == 0 ? "" : ", ") + languages[index].code;
    }
    refuseSpeechOption(option, code.empty() ? "empty" : code,
                       codes.empty()                   ? "empty: this model knows one language only"
                       : speech.prompt_names_languages ? "one of " + codes
                                                       : "empty or one of " + codes);
  }

  void checkPrefix(const std::vector<Id> &prefix) const {
    if (!prefix.empty() && hasTimestamps)
      refuseSpeechOption("the length of generate.prompt", "not 0",
                         "0 with timestamps: they would stand before it");
    if (!prefix.empty() && prefix.front() == speech.transcript_start_id)
      refuseSpeechOption("generate.prompt[0]", std::to_string(prefix.front()),
                         "an id of the text: what stands before it is made of language and task");
  }

  /// Each source's prompt before what the call lets its text begin with; returns their lengths.
  std::vector<std::size_t> addPrompts(const std::vector<std::size_t> &languages,
                                      GenerateOptions &generate) const {
    std::vector<std::vector<Id>> prefixes = std::move(generate.prompts);
    if (prefixes.empty())
      prefixes.assign(languages.size(), std::move(generate.prompt));
    if (prefixes.size() != languages.size())
      refuseSpeechOption("the number of generate.prompts", std::to_string(prefixes.size()),
                         "0 or that of the sources, " + std::to_string(languages.size()));
    generate.prompt.clear();
    generate.prompts.clear();
    std::vector<std::size_t> lengths;
    for (std::size_t index = 0; index < languages.size(); ++index) {
      std::vector<Id> &ids = generate.prompts.emplace_back(prompt(languages[index]));
      lengths.push_back(ids.size());
      ids.insert(ids.end(), prefixes[index].begin(), prefixes[index].end());
    }
    return lengths;
  }

  /// Whether the call leaves the prompt to the model's files, and they have one, or there is no
  /// other.
  bool usesDefaultPrompt() const {
    return speech.default_prompt_length != 0 &&
           (speech.prompt_names_languages ||
            (options.language.empty() &&
             options.task.value_or(SpeechTask::OfModel) == SpeechTask::OfModel));
  }

  /// The number of the language with this id.
  std::size_t languageNumber(Id id) const {
    auto languages = languagesOf(speech);
    for (std::size_t index = 0; index < languages.size(); ++index)
      if (languages[index].id == id)
        return index;
    return noLanguage;
  }

  template <typename Value>
  static void refuseWithoutEffect(const std::optional<Value> &option, const std::string &name,
                                  const std::string &why) {
    if (option)
      refuseSpeechOption("generate." + name, std::to_string(*option), "unset: " + why);
  }

  /// -1 where the prompt does not say what to do.
  Id taskId() const {
    if (options.task == SpeechTask::Translate && speech.translate_id < 0)
      refuseSpeechOption("task", "Translate", "Transcribe: this model cannot translate");
    if (options.task == SpeechTask::Translate)
      return speech.translate_id;
    if (options.task == SpeechTask::Transcribe)
      return speech.transcribe_id;
    if (speech.default_task == TRANSEPT_TASK_TRANSLATE)
      return speech.translate_id;
    bool saysNothing = !options.task && speech.default_task == TRANSEPT_TASK_NONE &&
                       (!speech.default_language || !options.language.empty());
    return saysNothing ? -1 : speech.transcribe_id;
  }

  void cut(Transcript &transcript, double duration) const {
    const Sequence &sequence = transcript.sequence;
    transcript.ids = sequence.ids;
    if (sequence.finishReason == FinishReason::End)
      transcript.ids.pop_back();
    std::size_t kept = cutAtTimestamps(transcript.text(), speech.first_timestamp_id, duration,
                                       transcript.segments);
    transcript.ids.resize(transcript.promptLength + kept);
  }

  const Model &model;
  const transept_speech_defaults &speech;
  const SpeechOptions &options;
  const bool hasTimestamps;
};

} // namespace detail

/// The codes of all languages that a model of speech understands; none where there is but one.
inline std::vector<std::string> languagesOf(const Model &model) {
  std::vector<std::string> codes;
  for (const transept_language &language : detail::languagesOf(detail::speechOf(model)))
    codes.push_back(language.code);
  return codes;
}

/// The language spoken in each source: one decoder step.
inline std::vector<std::string> detectLanguages(const Model &model,
                                                std::span<const Source> sources) {
  std::vector<std::string> codes;
  for (std::size_t number : detail::Transcription::detect(model, sources))
    codes.push_back(detail::languagesOf(detail::speechOf(model))[number].code);
  return codes;
}

/// What is said in each source: one transcript for each, in order, the same as one by one.
inline std::vector<Transcript> transcribeBatch(const Model &model, std::span<const Source> sources,
                                               const SpeechOptions &options = {}) {
  return detail::Transcription(model, options).run(sources);
}

inline Transcript transcribe(const Model &model, const Source &source,
                             const SpeechOptions &options = {}) {
  return std::move(transcribeBatch(model, std::span(&source, 1), options).front());
}

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Transcribing by models that have no windows: a sound is one source, and what is generated of it
// one segment. Some have prompts.
#ifndef TRANSEPT_DETAIL_WHOLESOUND_H
#define TRANSEPT_DETAIL_WHOLESOUND_H

#include "transept/draft.h"
#include "transept/sound_options.h"

namespace transept::detail {

/// What asks for windows, timestamps or prompts is refused.
inline void refuseOptionsOfWindows(const Model &model, const SoundOptions &options) {
  auto refuse = [&](bool isSet, const char *name) {
    if (isSet)
      throw Error(ErrorCode::Unsupported, std::string(name) + " is set, but " +
                                              std::string(model.name()) +
                                              " transcribes a sound in one piece, without a "
                                              "prompt and without times");
  };
  const SpeechOptions &speech = options.speech;
  if (!model.table().speech) {
    refuse(!speech.language.empty(), "speech.language");
    refuse(!speech.textLanguage.empty(), "speech.textLanguage");
    refuse(speech.task == SpeechTask::Translate, "speech.task");
  }
  refuse(speech.timestamps.value_or(false), "speech.timestamps");
  refuse(speech.generate.returnCount.value_or(1) > 1, "speech.generate.returnCount");
  refuse(options.temperatures != std::vector<float>{0}, "temperatures");
  refuse(options.compressionRatioThreshold || options.logProbabilityThreshold ||
             options.noSpeechThreshold,
         "a threshold");
  refuse(options.conditionsOnPrevious || !options.previousText.empty(), "previousText");
  refuse(!options.hotwords.empty(), "hotwords");
  refuse(options.tokenTimes, "tokenTimes");
  refuse(options.splitAtSilence.has_value(), "splitAtSilence");
}

/// `features` are those of the whole sound, which is so many seconds long.
inline SoundTranscript transcribeWhole(const Model &model, std::span<const float> features,
                                       double seconds, const SoundOptions &options,
                                       const std::function<void(const SoundSegment &)> &found) {
  refuseOptionsOfWindows(model, options);
  GenerateOptions generate = options.speech.generate;
  generate.tokenScores = TokenScores::Normalized;
  const SourceInput input{.ids = {}, .features = features};
  const Source source = model.encode(input, generate.stop);
  std::optional<DraftModel> draft;
  SoundTranscript transcript;
  if (model.table().speech) {
    const Transcription prompts(model, options.speech);
    const std::size_t language = prompts.languagesOfSources(std::span(&source, 1)).front();
    const std::vector<Id> prompt = prompts.prompt(language);
    generate.prompt.insert(generate.prompt.begin(), prompt.begin(), prompt.end());
    generate.decoderStart = -1; // it is part of the prompt
    transcript.language = prompts.codeOf(language);
  }
  if (options.draft)
    generate.guess = std::ref(draft.emplace(
        model, *options.draft, std::vector<Source>{options.draft->encode(input, generate.stop)}));
  Sequence sequence = model.generate(source, generate).best();
  std::vector<float> &scores = sequence.tokenScores;
  if (sequence.finishReason == FinishReason::End) {
    sequence.ids.pop_back();
    scores.pop_back();
  }
  SoundSegment &segment = transcript.segments.emplace_back();
  segment.end = seconds;
  segment.language = transcript.language;
  segment.ids.assign(sequence.ids.end() - std::ptrdiff_t(scores.size()), sequence.ids.end());
  double sum = 0;
  for (float score : scores)
    sum += double(score);
  segment.averageLogProbability = sum / double(scores.size() + 1);
  segment.tokenScores = std::move(scores);
  if (model.table().text)
    segment.text = model.detokenize(segment.ids);
  if (found)
    found(segment);
  if (options.onProgress && !options.onProgress(seconds, seconds) && !generate.keepPartial)
    throw Error(ErrorCode::Cancelled, "the call was asked to stop");
  return transcript;
}

} // namespace transept::detail

#endif

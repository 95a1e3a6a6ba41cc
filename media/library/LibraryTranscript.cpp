// SPDX-License-Identifier: Apache-2.0
//
// A stop that C asks for, by a function, becomes one of C++, by a token.

#include "media/library/LibraryTranscript.h"

#include "media/library/GenerateOptionsOfC.h"
#include "media/text/Unicode.h"
#include "runtime/base/Messages.h"

namespace transept::media {

namespace {

transept_segment viewOf(const SoundSegment &segment) {
  return {.begin = segment.begin,
          .end = segment.end,
          .text = {segment.text.c_str(), segment.text.size()},
          .ids = segment.ids.data(),
          .token_times = segment.tokenTimes.empty() ? nullptr : segment.tokenTimes.data(),
          .id_count = segment.ids.size(),
          .window = segment.window,
          .temperature = segment.temperature,
          .average_log_probability = segment.averageLogProbability,
          .compression_ratio = segment.compressionRatio.value_or(0),
          .no_speech_probability = segment.noSpeechProbability.value_or(-1)};
}

std::optional<double> unlessZero(float threshold) {
  return threshold != 0 ? std::optional<double>(threshold) : std::nullopt;
}

SpeechTask taskOf(uint32_t task) {
  switch (task) {
  case TRANSEPT_TASK_NONE:
    return SpeechTask::OfModel;
  case TRANSEPT_TASK_TRANSCRIBE:
    return SpeechTask::Transcribe;
  case TRANSEPT_TASK_TRANSLATE:
    return SpeechTask::Translate;
  default:
    runtime::failArgument("task", task, "0 to 2");
  }
}

void refuseWhatIsNotTakenOver(const transept_generation_options &generation) {
  auto refuse = [](bool isSet, const char *name) {
    if (isSet)
      runtime::fail(ErrorCode::InvalidArgument, name, " is set, but transcribing does not take it");
  };
  refuse(generation.on_token, "on_token");
  refuse(generation.allowed_ids, "allowed_ids");
  refuse(generation.token_text, "token_text");
  refuse(generation.on_progress, "on_progress");
  refuse(generation.prompt_ids, "prompt_ids");
  refuse(generation.forced_word_count != 0, "forced_word_ids");
}

/// The options of a call; `stop` is what a function of it asks.
SoundOptions soundOptionsOf(const Model &model, const transept_transcribe_options &options,
                            const transept_generation_options *generation, std::stop_source &stop) {
  SoundOptions result;
  if (generation) {
    refuseWhatIsNotTakenOver(*generation);
    result.speech.generate = generateOptionsOf(*generation);
  }
  GenerateOptions &generate = result.speech.generate;
  generate.stop = stop.get_token();
  if (generation && generation->should_stop)
    generate.onToken = [generation, &stop](size_t, Id) {
      if (generation->should_stop(generation->should_stop_context) != 0)
        stop.request_stop();
      return !stop.stop_requested();
    };
  result.speech.language = options.language ? options.language : "";
  result.speech.textLanguage = options.text_language ? options.text_language : "";
  result.speech.task = taskOf(options.task);
  if (options.temperatures)
    result.temperatures.assign(options.temperatures,
                               options.temperatures + options.temperature_count);
  result.compressionRatioThreshold = unlessZero(options.compression_ratio_threshold);
  result.logProbabilityThreshold = unlessZero(options.log_probability_threshold);
  result.noSpeechThreshold = unlessZero(options.no_speech_threshold);
  result.conditionsOnPrevious = options.conditions_on_previous != 0;
  if (options.previous_text)
    result.previousText =
        model.tokenize(options.previous_text, {.isTarget = true, .textAlone = true});
  if (options.previous_text_is_for_all)
    result.previousTextIsFor = PreviousText::AllWindows;
  // As Hugging Face's get_prompt_ids: the text stands behind a blank.
  if (options.hotwords)
    result.hotwords = model.tokenize(" " + std::string(text::strip(options.hotwords)),
                                     {.isTarget = true, .textAlone = true});
  if (options.split_at_silence != 0)
    result.splitAtSilence = options.split_at_silence;
  if (options.batch_size != 0)
    result.batchSize = options.batch_size;
  result.tokenTimes = options.token_times != 0;
  if (options.on_progress)
    result.onProgress = [&options](double done, double total) {
      return options.on_progress(options.on_progress_context, done, total) == 0;
    };
  return result;
}

} // namespace

std::unique_ptr<transept_transcript>
transcribeSound(const transept_model_table &table, transept_model *model, const transept_pcm &pcm,
                const transept_transcribe_options &options,
                const transept_generation_options *generation) {
  Model opened = Model::borrow(table, model);
  std::stop_source stop;
  auto result = std::make_unique<transept_transcript>();
  result->transcript = transcribe(opened,
                                  {.samples = {pcm.samples, pcm.frame_count * pcm.channel_count},
                                   .sampleRate = pcm.sample_rate,
                                   .channels = pcm.channel_count},
                                  soundOptionsOf(opened, options, generation, stop),
                                  [&](const SoundSegment &segment) {
                                    transept_segment view = viewOf(segment);
                                    if (options.on_segment && !stop.stop_requested() &&
                                        options.on_segment(options.on_segment_context, &view) != 0)
                                      stop.request_stop();
                                  });
  for (const SoundSegment &segment : result->transcript.segments) {
    result->views.push_back(viewOf(segment));
    result->words.push_back(options.token_times != 0 && table.text ? wordsOf(opened, segment)
                                                                   : std::vector<SpokenWord>());
    std::vector<transept_word> &views = result->wordViews.emplace_back();
    for (const SpokenWord &word : result->words.back())
      views.push_back(
          {word.begin, word.end, {word.text.c_str(), word.text.size()}, word.probability});
  }
  return result;
}

} // namespace transept::media

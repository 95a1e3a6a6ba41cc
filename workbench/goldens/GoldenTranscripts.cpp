// SPDX-License-Identifier: Apache-2.0
//
// Hugging Face decodes the rows of a batch together and pads shorter prompts on the left; the rows
// are the same alone.

#include "workbench/goldens/GoldenTranscripts.h"

#include "base/Error.h"
#include "base/Json.h"
#include "media/library/CompressedSize.h"
#include "workbench/goldens/GenerationArguments.h"
#include "workbench/goldens/GoldenSources.h"

#include "transept/long_speech.h"

#include <fmt/format.h>

#include <numeric>

namespace transept::workbench {

namespace {

using Json = nlohmann::ordered_json;

constexpr double kTimeTolerance = 1e-5; // seconds; recorded are floats
/// How Hugging Face counts frames of sound: two for each position of the encoder.
constexpr double kSecondsPerFrame = 0.01;

/// The arguments of a call: those of any generate function are `common`.
struct TranscriptArguments {
  SoundOptions sound;
  Json common = Json::object();
  double seconds = HUGE_VAL; // of the sound, for times of tokens
};

std::vector<Id> idsOf(const Json &list) {
  std::vector<Id> ids;
  for (const Json &id : list)
    ids.push_back(Id(toInteger(id, "an id", {.minimum = 0, .maximum = INT32_MAX})));
  return ids;
}

void readPromptIds(const Json &list, const Model &model, SoundOptions &options) {
  options.previousText = idsOf(list);
  // The marker in front is put there by transcribeSound.
  if (!options.previousText.empty() &&
      options.previousText.front() == model.table().speech->previous_text_id)
    options.previousText.erase(options.previousText.begin());
}

TranscriptArguments readArguments(const Json &arguments, const Model &model) {
  TranscriptArguments result;
  SoundOptions &options = result.sound;
  for (const auto &[name, value] : arguments.items()) {
    if (name == "condition_on_prev_tokens")
      options.conditionsOnPrevious = value.get<bool>();
    else if (name == "temperature")
      options.temperatures = {value.get<float>()};
    else if (name == "compression_ratio_threshold")
      options.compressionRatioThreshold = value.get<double>();
    else if (name == "logprob_threshold")
      options.logProbabilityThreshold = value.get<double>();
    else if (name == "no_speech_threshold")
      options.noSpeechThreshold = value.get<double>();
    else if (name == "prompt_ids")
      readPromptIds(value, model, options);
    else if (name == "prompt_condition_type")
      options.previousTextIsFor =
          value == "all-segments" ? PreviousText::AllWindows : PreviousText::FirstWindow;
    else if (name == "return_token_timestamps")
      options.tokenTimes = value.get<bool>();
    else if (name == "num_frames")
      result.seconds = value.get<double>() * kSecondsPerFrame;
    else if (name != "return_segments")
      result.common[name] = value;
  }
  options.compressedSize = media::compressedSize;
  return result;
}

class TranscriptCheck {
public:
  TranscriptCheck(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                  CaseResult &result)
      : model(model), goldens(goldens), golden(golden), result(result),
        arguments(readArguments(golden.generationArguments, model)) {
    GenerationArguments common = readGenerationArguments(arguments.common);
    arguments.sound.speech = common.speech.value_or(SpeechOptions{});
    arguments.sound.speech.generate = common.options;
    result.ids.emplace();
  }

  void checkLong() {
    std::vector<GoldenSource> sources = readGoldenSources(model, goldens, golden);
    if (golden.segments.size() != sources.size())
      throw InputError(fmt::format("there are segments of {} rows, but {} sources",
                                   golden.segments.size(), sources.size()));
    for (size_t row = 0; row < sources.size(); ++row)
      compareSegments(row, transcribe(sources[row]).segments);
    finish();
  }

  void checkWords() {
    IntegerTable sequences = goldens.integers(golden.outputs.at("sequences"));
    FloatTensor times = goldens.floats(golden.outputs.at("token_timestamps"));
    std::vector<GoldenSource> sources = readGoldenSources(model, goldens, golden);
    // Times are recorded of the end id as well, where the longest sequence has one.
    size_t width = times.values.size() / std::max<size_t>(1, sources.size());
    if (sequences.rowCount != sources.size() || width < sequences.columnCount)
      throw InputError("sequences and token_timestamps do not fit the sources");
    for (size_t row = 0; row < sources.size(); ++row) {
      Source source = model.encode(sources[row].input());
      Transcript transcript = transept::transcribe(model, source, arguments.sound.speech);
      std::vector<double> actual =
          tokenTimes(model, source, transcript.sequence.ids, arguments.seconds);
      std::span<const int64_t> wanted = sequences.row(row);
      compareIds(row, {wanted.begin(), wanted.end()}, transcript.sequence.ids);
      for (size_t at = 0; at < std::min(actual.size(), wanted.size()); ++at)
        compareTime(times.values[row * width + at], actual[at]);
    }
    finish();
  }

private:
  SoundTranscript transcribe(const GoldenSource &source) const {
    size_t width = model.sourceFeatureWidth();
    SoundFeatures sound{.frameCount = source.features.size() / width, .read = {}};
    if (!source.mask.empty())
      sound.frameCount = std::accumulate(source.mask.begin(), source.mask.end(), size_t(0));
    sound.read = [&](size_t begin, size_t count) {
      auto first = source.features.begin() + ptrdiff_t(begin * width);
      return std::vector<float>(first, first + ptrdiff_t(count * width));
    };
    return transcribeSound(model, sound, arguments.sound);
  }

  void compareSegments(size_t row, const std::vector<SoundSegment> &segments) {
    const Json &expected = golden.segments[row];
    if (segments.size() != expected.size())
      fail(fmt::format("row {} has {} segments, expected are {}", row, segments.size(),
                       expected.size()));
    for (size_t index = 0; index < std::min(segments.size(), expected.size()); ++index) {
      const Json &wanted = expected[index];
      const SoundSegment &segment = segments[index];
      compareIds(row, idsOf(wanted.at("tokens")), segment.ids);
      compareTime(wanted.at("start").get<double>(), segment.begin);
      compareTime(wanted.at("end").get<double>(), segment.end);
      if (!wanted.contains("token_timestamps"))
        continue;
      std::vector<double> times = wanted.at("token_timestamps");
      if (times.size() != segment.tokenTimes.size())
        fail(fmt::format("row {} segment {} has another number of token times", row, index));
      for (size_t at = 0; at < std::min(times.size(), segment.tokenTimes.size()); ++at)
        compareTime(times[at], segment.tokenTimes[at]);
    }
  }

  void compareIds(size_t row, const std::vector<Id> &expected, const std::vector<Id> &actual) {
    const Id padding = model.table().generation->padding_id;
    IdCounts counts = countEqualIds(expected, actual, padding);
    result.ids->equal += counts.equal;
    result.ids->all += counts.all;
    if (std::string difference = differenceOf(expected, actual, padding); !difference.empty())
      fail(fmt::format("row {}: {}", row, difference));
  }

  void compareTime(double expected, double actual) {
    expectedTimes.push_back(float(expected));
    actualTimes.push_back(float(actual));
  }

  void finish() {
    Comparison comparison = compareTensors("times", expectedTimes, actualTimes, kTimeTolerance);
    result.comparisons.push_back(comparison);
  }

  void fail(const std::string &why) {
    if (result.failure.empty())
      result.failure = why;
  }

  const Model &model;
  const Goldens &goldens;
  const GoldenCase &golden;
  CaseResult &result;
  TranscriptArguments arguments;
  std::vector<float> expectedTimes, actualTimes;
};

} // namespace

bool isTranscriptCase(const GoldenCase &golden) {
  return golden.kind == "whisper_long" || golden.kind == "whisper_word";
}

void checkTranscriptCase(const Model &model, const Goldens &goldens, const GoldenCase &golden,
                         const Tolerances &tolerances, CaseResult &result) {
  if (!model.table().speech)
    throw InputError("the model is not one of speech");
  // A rounded model may say something else: then there is nothing to compare.
  if (!tolerances.expectsIds())
    return;
  TranscriptCheck check(model, goldens, golden, result);
  if (golden.kind == "whisper_long")
    check.checkLong();
  else
    check.checkWords();
}

} // namespace transept::workbench

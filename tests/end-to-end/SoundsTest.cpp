// SPDX-License-Identifier: Apache-2.0
//
// Sounds of a program's memory, heard and transcribed with nothing beside the library.

#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Waves.h"
#include "tests/unit/runtime/ErrorOf.h"

#include "transept/sound.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using tests::errorOf;

/// Five seconds, in which a window of the checkpoint's is one.
constexpr size_t kCount = 80000;

Model listener() {
  return Model::open(library("sounds"), {.threads = 2});
}

SoundOptions inGerman() {
  return {.speech = {.language = "de"}};
}

TEST(Sounds, AreTranscribedAsTheCommandDoes) {
  TemporaryFolder folder;
  writeFile(folder.file("sound.wav"), waveOf(kCount));
  CommandResult command = run({"generate", library("sounds"), folder.file("sound.wav"), "--format",
                               "json", "--language", "de"});
  ASSERT_EQ(command.status, 0) << command.errors;
  auto expected = nlohmann::json::parse(command.output).at("segments");
  std::vector<float> samples = sweepOf(kCount);
  std::vector<SoundSegment> found;
  SoundTranscript transcript =
      transcribe(listener(), {.samples = samples}, inGerman(),
                 [&](const SoundSegment &segment) { found.push_back(segment); });
  EXPECT_EQ(transcript.language, "de");
  ASSERT_EQ(transcript.segments.size(), expected.size());
  ASSERT_EQ(found.size(), expected.size());
  for (size_t index = 0; index < expected.size(); ++index) {
    const SoundSegment &segment = transcript.segments[index];
    EXPECT_EQ(segment.ids, expected[index].at("tokens").get<std::vector<Id>>());
    EXPECT_EQ(segment.text, expected[index].at("text").get<std::string>());
    EXPECT_NEAR(segment.begin, expected[index].at("start").get<double>(), 1e-3);
    EXPECT_NEAR(*segment.compressionRatio, expected[index].at("compression_ratio").get<double>(),
                1e-3);
    EXPECT_EQ(found[index].text, segment.text);
  }
}

TEST(Sounds, MayHaveAnyRateAndNumberOfChannels) {
  Model model = listener();
  std::vector<float> samples = sweepOf(kCount), stereo;
  for (float sample : samples) {
    stereo.push_back(sample * 0.5f);
    stereo.push_back(sample * 1.5f);
  }
  auto states = [](const Source &source) {
    return std::vector<float>(source.states().begin(), source.states().end());
  };
  std::vector<float> expected = states(encodeSound(model, {.samples = samples}));
  EXPECT_EQ(states(encodeSound(model, {.samples = stereo, .channels = 2})), expected);
  // Tones far below either rate's limit are the same at both.
  auto tone = [](unsigned rate) {
    std::vector<float> wave;
    for (unsigned index = 0; index < rate; ++index)
      wave.push_back(0.3f * float(std::sin(2 * M_PI * 440 * index / rate)));
    return wave;
  };
  std::vector<float> slow = tone(16000), fast = tone(44100);
  std::vector<float> left = states(encodeSound(model, {.samples = slow}));
  std::vector<float> right = states(encodeSound(model, {.samples = fast, .sampleRate = 44100}));
  ASSERT_EQ(left.size(), right.size());
  double difference = 0, magnitude = 0;
  for (size_t index = 0; index < left.size(); ++index) {
    difference += std::pow(double(left[index]) - double(right[index]), 2);
    magnitude += std::pow(double(left[index]), 2);
  }
  EXPECT_LT(difference, 0.01 * magnitude);
}

TEST(Sounds, ThatAreWrongAreRefused) {
  Model model = listener();
  std::vector<float> samples = sweepOf(kCount);
  auto refusal = [&](const Pcm &pcm) { return errorOf([&] { transcribe(model, pcm); }); };
  EXPECT_THAT(refusal({.samples = {}}), HasSubstr("there are no samples in it"));
  EXPECT_THAT(refusal({.samples = samples, .sampleRate = 10}),
              HasSubstr("10 samples per second, allowed are 1000 to 768000"));
  EXPECT_THAT(refusal({.samples = samples, .sampleRate = 4000000000u}), HasSubstr("allowed are"));
  EXPECT_THAT(refusal({.samples = samples, .channels = 0}), StartsWith("channels is 0"));
  EXPECT_THAT(refusal({.samples = samples, .channels = 3}), HasSubstr("must divide the 80000"));
  EXPECT_THAT(refusal({.samples = samples, .channels = 80}), HasSubstr("allowed are 1 to 64"));
  samples[70000] = NAN;
  EXPECT_THAT(refusal({.samples = samples}), HasSubstr("a sample is not a finite number"));
  EXPECT_THAT(
      errorOf([&] { transcribe(Model::open(library("number_words")), {.samples = samples}); }),
      HasSubstr("number_words takes no sounds"));
}

TEST(Sounds, StopWhenTheyAreAskedTo) {
  Model model = listener();
  std::vector<float> samples = sweepOf(kCount);
  size_t whole = transcribe(model, {.samples = samples}, inGerman()).segments.size();
  std::stop_source source;
  SoundOptions options = inGerman();
  options.speech.generate.stop = source.get_token();
  auto stopAtFirst = [&](const SoundSegment &) { source.request_stop(); };
  EXPECT_THAT(errorOf([&] { transcribe(model, {.samples = samples}, options, stopAtFirst); }),
              HasSubstr("asked to stop"));
  options.speech.generate.keepPartial = true;
  SoundTranscript nothing = transcribe(model, {.samples = samples}, options);
  EXPECT_TRUE(nothing.segments.empty());
  EXPECT_EQ(nothing.language, "de");
  source = std::stop_source();
  options.speech.generate.stop = source.get_token();
  size_t partial = transcribe(model, {.samples = samples}, options, stopAtFirst).segments.size();
  EXPECT_GE(partial, 1u);
  EXPECT_LT(partial, whole);
}

TEST(Sounds, SayAfterEachWindowHowMuchIsDone) {
  Model model = listener();
  std::vector<float> samples = sweepOf(kCount);
  for (bool isSplit : {false, true}) {
    SoundOptions options = inGerman();
    if (isSplit)
      options.splitAtSilence = 40;
    std::vector<double> done;
    size_t found = 0, foundBefore = 0;
    options.onProgress = [&](double seconds, double total) {
      EXPECT_EQ(total, 5);
      done.push_back(seconds);
      foundBefore = found;
      return true;
    };
    SoundTranscript transcript =
        transcribe(model, {.samples = samples}, options, [&](const SoundSegment &) { ++found; });
    ASSERT_EQ(done.size(), transcript.segments.back().window + 1);
    EXPECT_TRUE(std::ranges::is_sorted(done));
    EXPECT_GT(done.front(), 0);
    EXPECT_LT(done.front(), 2);
    EXPECT_EQ(done.back(), 5);
    EXPECT_EQ(foundBefore, found) << "segments come before the progress of their window";

    options.onProgress = [](double seconds, double) { return seconds < 2; };
    EXPECT_THAT(errorOf([&] { transcribe(model, {.samples = samples}, options); }),
                HasSubstr("asked to stop"));
    options.speech.generate.keepPartial = true;
    SoundTranscript partial = transcribe(model, {.samples = samples}, options);
    EXPECT_GE(partial.segments.size(), 1u);
    EXPECT_LT(partial.segments.size(), transcript.segments.size());
    options.onProgress = [](double, double) -> bool { throw std::out_of_range("mine"); };
    EXPECT_THROW(transcribe(model, {.samples = samples}, options), std::out_of_range);
  }
}

TEST(Sounds, OfLessThanAWindowAreDoneAtTheirEnd) {
  Model model = listener();
  std::vector<float> samples = sweepOf(8000);
  std::vector<std::pair<double, double>> heard;
  SoundOptions options = inGerman();
  options.onProgress = [&](double done, double total) {
    heard.emplace_back(done, total);
    return true;
  };
  transcribe(model, {.samples = samples}, options);
  EXPECT_THAT(heard, testing::ElementsAre(testing::Pair(0.5, 0.5)));
}

} // namespace
} // namespace transept::endtoend

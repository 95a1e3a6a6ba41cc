// SPDX-License-Identifier: Apache-2.0
//
// Sounds that are cut at silence, words that stand before all windows, raw samples, and words with
// times. The checkpoint is small and its window a second.

#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Waves.h"
#include "tests/unit/runtime/ErrorOf.h"

#include "transept/sound.h"

#include <nlohmann/json.hpp>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using tests::errorOf;
using Json = nlohmann::json;

constexpr size_t kRate = 16000;

/// Where it is not silent, in seconds; the third is longer than a window.
const std::vector<std::pair<double, double>> kBursts = {{0.6, 1.1}, {1.7, 2.2}, {4, 6.5},
                                                        {8.2, 8.6}, {9, 9.3},   {11, 11.2}};
constexpr double kSeconds = 12, kMargin = 0.2 + 0.03; // and what the windows of frames blur

std::vector<int16_t> levels() {
  std::vector<int16_t> samples(size_t(kSeconds * kRate));
  for (auto [begin, end] : kBursts)
    for (size_t index = size_t(begin * kRate); index < size_t(end * kRate); ++index)
      samples[index] = int16_t(index * index / 50 % 4000);
  return samples;
}

std::string bytes() {
  std::vector<int16_t> samples = levels();
  return {reinterpret_cast<const char *>(samples.data()), 2 * samples.size()};
}

std::vector<float> floats() {
  std::vector<float> samples;
  for (int16_t level : levels())
    samples.push_back(float(level) / 32768);
  return samples;
}

SoundOptions splitting() {
  return {.speech = {.language = "de"}, .splitAtSilence = 40};
}

CommandResult generate(std::vector<std::string> options, const std::string &input = "") {
  options.insert(options.begin(), {"generate", library("sounds"), "--language", "de"});
  return run(options, input);
}

Json jsonOf(const CommandResult &result) {
  EXPECT_EQ(result.status, 0) << result.errors;
  return Json::parse(result.output);
}

struct Found {
  std::vector<Id> ids;
  std::string text;
  double begin, end;
  size_t window;
  bool operator==(const Found &) const = default;
};

std::vector<Found> foundOf(const SoundTranscript &transcript) {
  std::vector<Found> found;
  for (const SoundSegment &each : transcript.segments)
    found.push_back({each.ids, each.text, each.begin, each.end, each.window});
  return found;
}

TEST(SplitSpeech, IsTheSameInAnyBatchAndOnAnyNumberOfThreads) {
  std::vector<float> samples = floats();
  std::vector<std::vector<Found>> all;
  std::vector<std::uint64_t> invocations;
  for (unsigned threads : {1u, 2u})
    for (size_t batch : {1, 3, 8}) {
      Model model = Model::open(library("sounds"), {.threads = threads});
      SoundOptions options = splitting();
      options.batchSize = batch;
      all.push_back(foundOf(transcribe(model, {.samples = samples}, options)));
      invocations.push_back(model.statistics().invocations);
    }
  EXPECT_THAT(all, testing::Each(all.front()));
  EXPECT_LT(invocations[2], invocations[0] / 2) << "windows are not decoded together";
  EXPECT_GE(all.front().back().window, 6u);
}

TEST(SplitSpeech, HasTheTimesOfWhatIsNotSilent) {
  Model model = Model::open(library("sounds"));
  std::vector<float> samples = floats();
  SoundOptions options = splitting();
  options.tokenTimes = true;
  std::vector<size_t> heard(kBursts.size());
  for (const SoundSegment &segment : transcribe(model, {.samples = samples}, options).segments) {
    const double first = double(segment.firstFrame) / 100;
    size_t burst = 0;
    while (burst < kBursts.size() && first > kBursts[burst].second)
      ++burst;
    ASSERT_LT(burst, kBursts.size());
    EXPECT_GE(first, kBursts[burst].first - kMargin);
    EXPECT_GE(segment.begin, first);
    EXPECT_LE(segment.begin, segment.end);
    EXPECT_LE(segment.end, first + 1 + 1e-9);
    for (double time : segment.tokenTimes) {
      EXPECT_GE(time, first);
      EXPECT_LE(time, first + 1);
    }
    ++heard[burst];
  }
  // The fourth window holds two.
  heard[4] = 1;
  EXPECT_THAT(heard, testing::Each(testing::Ge(1u)));
}

TEST(SplitSpeech, IsTheSameWhereADraftModelGuesses) {
  Model model = Model::open(library("sounds"), {.threads = 1});
  Model small = Model::open(library("sounds"), {.threads = 1});
  std::vector<float> samples = floats();
  for (bool isSplit : {false, true}) {
    SoundOptions options = isSplit ? splitting() : SoundOptions{.speech = {.language = "de"}};
    options.temperatures = {0, 0.4f};
    options.logProbabilityThreshold = -0.5; // so that some windows are sampled, too
    uint64_t first = model.statistics().decode_steps;
    std::vector<Found> plain = foundOf(transcribe(model, {.samples = samples}, options));
    uint64_t second = model.statistics().decode_steps;
    options.draft = &small;
    EXPECT_EQ(foundOf(transcribe(model, {.samples = samples}, options)), plain);
    EXPECT_LT(model.statistics().decode_steps - second, (second - first) / 2);
  }
}

TEST(SplitSpeech, IsWrittenByTheCommand) {
  TemporaryFolder folder;
  std::string file = folder.file("sound.wav");
  writeFile(file, waveWith(bytes()));
  Json segments = jsonOf(
      generate({file, "--format", "json", "--split-at-silence", "--batch", "3"}))["segments"];
  std::vector<float> samples = floats();
  SoundTranscript expected =
      transcribe(Model::open(library("sounds")), {.samples = samples}, splitting());
  ASSERT_EQ(segments.size(), expected.segments.size());
  for (size_t index = 0; index < segments.size(); ++index) {
    EXPECT_EQ(segments[index].at("tokens"), Json(expected.segments[index].ids));
    EXPECT_NEAR(segments[index].at("start"), expected.segments[index].begin, 1e-3);
    EXPECT_EQ(segments[index].at("seek"), expected.segments[index].firstFrame);
  }
  Json inOrder = jsonOf(generate({file, "--format", "json"}))["segments"];
  EXPECT_NE(inOrder, segments);
  Json quieter = jsonOf(generate(
      {file, "--format", "json", "--split-at-silence", "--silence-level", "1"}))["segments"];
  EXPECT_NE(quieter, segments);
  expectFailure(generate({file, "--silence-level", "30"}), 2, "--split-at-silence");
  expectFailure(generate({file, "--split-at-silence", "--silence-level", "0"}), 2, "1 to 200");
  expectFailure(generate({file, "--split-at-silence", "--condition-on-previous"}), 2,
                "decoded together");
}

TEST(SplitSpeech, TriesTemperaturesForPoorWindowsAlone) {
  std::vector<float> samples = floats();
  Model model = Model::open(library("sounds"));
  SoundOptions options = splitting();
  auto likely = transcribe(model, {.samples = samples}, options).segments;
  std::vector<double> likelihoods;
  for (const SoundSegment &each : likely)
    likelihoods.push_back(each.averageLogProbability);
  std::ranges::sort(likelihoods);
  options.logProbabilityThreshold = likelihoods[likelihoods.size() / 2];
  options.temperatures = {0, 0.8f};
  auto segments = transcribe(model, {.samples = samples}, options).segments;
  size_t sampled = 0;
  for (const SoundSegment &each : segments) {
    if (each.temperature > 0) {
      ++sampled;
      continue;
    }
    auto same = std::ranges::find(likely, each.ids, &SoundSegment::ids);
    EXPECT_NE(same, likely.end());
    EXPECT_GE(each.averageLogProbability, *options.logProbabilityThreshold);
  }
  EXPECT_GT(sampled, 0u);
  EXPECT_LT(sampled, segments.size());
  options.batchSize = 1;
  EXPECT_EQ(foundOf({.language = "", .segments = segments}),
            foundOf(transcribe(model, {.samples = samples}, options)));
}

TEST(Hotwords, StandBeforeEachWindow) {
  std::vector<float> samples = floats();
  Model model = Model::open(library("sounds"));
  SoundOptions plain{.speech = {.language = "de"}}, hot = plain, before = plain;
  std::vector<Id> words = model.tokenize(" names", {.isTarget = true, .textAlone = true});
  hot.hotwords = before.previousText = words;
  auto found = [&](const SoundOptions &options) {
    return foundOf(transcribe(model, {.samples = samples}, options));
  };
  EXPECT_NE(found(hot), found(plain));
  // Without conditionsOnPrevious, the text from before stands before each window, too.
  EXPECT_EQ(found(hot), found(before));
  // With it, hotwords are what stands before all windows.
  hot.conditionsOnPrevious = before.conditionsOnPrevious = true;
  before.previousTextIsFor = PreviousText::AllWindows;
  EXPECT_EQ(found(hot), found(before));
  hot.hotwords.assign(300, words.front());
  EXPECT_THAT(errorOf([&] { found(hot); }), HasSubstr("the length of hotwords and previousText"));
  TemporaryFolder folder;
  writeFile(folder.file("sound.wav"), waveWith(bytes()));
  auto command = [&](std::vector<std::string> options) {
    options.insert(options.begin(), {folder.file("sound.wav"), "--format", "json"});
    return jsonOf(generate(options));
  };
  EXPECT_EQ(command({"--hotwords", "names"}), command({"--initial-prompt", "names"}));
  EXPECT_NE(command({"--hotwords", "names"}), command({}));
}

TEST(RawSamples, ComeFromStandardInput) {
  TemporaryFolder folder;
  writeFile(folder.file("sound.wav"), waveWith(bytes()));
  Json expected = jsonOf(generate({folder.file("sound.wav"), "--format", "json"}));
  EXPECT_EQ(jsonOf(generate({"-", "--format", "json", "--raw-rate", "16000"}, bytes())), expected);
  std::vector<float> samples = floats(), stereo;
  for (float sample : samples)
    stereo.insert(stereo.end(), {sample * 0.5f, sample * 1.5f});
  auto bytesOf = [](const std::vector<float> &values) {
    return std::string(reinterpret_cast<const char *>(values.data()), 4 * values.size());
  };
  EXPECT_EQ(jsonOf(generate({"-", "--format", "json", "--raw-rate", "16000", "--raw-format",
                             "f32le", "--raw-channels", "2"},
                            bytesOf(stereo))),
            expected);
  writeFile(folder.file("sound.raw"), bytes());
  EXPECT_EQ(jsonOf(generate({folder.file("sound.raw"), "--format", "json", "--raw-rate", "16000"})),
            expected);
}

TEST(RawSamples, ThatAreWrongAreRefused) {
  expectFailure(generate({"-", "--raw-rate", "16000"}, ""), 1, "there are no samples in it");
  expectFailure(generate({"-", "--raw-rate", "16000"}, "abc"), 1,
                "3 bytes are no whole frames of 2 bytes (1 channels)");
  expectFailure(generate({"-", "--raw-rate", "16000", "--raw-format", "f32le"},
                         std::string("\0\0\xc0\x7f", 4)),
                1, "a sample is not a finite number");
  expectFailure(generate({"-", "--raw-format", "s16le"}, "ab"), 2, "needs --raw-rate");
  expectFailure(generate({"-", "--raw-channels", "2"}, "ab"), 2, "needs --raw-rate");
  expectFailure(generate({"-", "--raw-rate", "10"}, "ab"), 2, "expects 1000 to 768000");
}

TEST(SpokenWords, AreThoseOfTheCommand) {
  TemporaryFolder folder;
  writeFile(folder.file("sound.wav"), waveWith(bytes()));
  Json expected = jsonOf(
      generate({folder.file("sound.wav"), "--format", "json", "--word-timestamps"}))["segments"];
  std::vector<float> samples = floats();
  Model model = Model::open(library("sounds"));
  SoundOptions options{.speech = {.language = "de"}, .tokenTimes = true};
  SoundTranscript transcript = transcribe(model, {.samples = samples}, options);
  ASSERT_EQ(transcript.segments.size(), expected.size());
  size_t count = 0;
  for (size_t index = 0; index < expected.size(); ++index) {
    std::vector<SpokenWord> words = wordsOf(model, transcript.segments[index]);
    Json written = expected[index].value("words", Json::array());
    ASSERT_EQ(words.size(), written.size());
    std::string text;
    for (size_t at = 0; at < words.size(); ++at, ++count) {
      EXPECT_EQ(words[at].text, written[at].at("word").get<std::string>());
      EXPECT_NEAR(words[at].probability, written[at].at("probability"), 1e-3);
      EXPECT_GT(words[at].probability, 0);
      EXPECT_LE(words[at].probability, 1);
      text += words[at].text;
    }
    EXPECT_EQ(text, transcript.segments[index].text);
  }
  EXPECT_GT(count, 3u);
  options.tokenTimes = false;
  SoundSegment untimed = transcribe(model, {.samples = samples}, options).segments.front();
  EXPECT_THAT(errorOf([&] { wordsOf(model, untimed); }), HasSubstr("no times of its tokens"));
}

} // namespace
} // namespace transept::endtoend

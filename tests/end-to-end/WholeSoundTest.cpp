// SPDX-License-Identifier: Apache-2.0
//
// Models without windows: samples of a program's memory, or of a file, become one segment.

#include "media/sound/Sound.h"
#include "tests/end-to-end/Command.h"
#include "tests/end-to-end/Waves.h"
#include "tests/unit/runtime/ErrorOf.h"
#include "workbench/goldens/Goldens.h"

#include "transept/sound.h"

#include <algorithm>
#include <cmath>

namespace transept::endtoend {
namespace {

using testing::HasSubstr;
using tests::errorOf;

constexpr size_t kCount = 9000;

Model listener() {
  return Model::open(library("moonshine"), {.threads = 2});
}

TEST(WholeSounds, AreTranscribedInOnePieceAsTheCommandDoes) {
  TemporaryFolder folder;
  writeFile(folder.file("sound.wav"), waveOf(kCount));
  CommandResult command = run({"generate", library("moonshine"), folder.file("sound.wav")});
  ASSERT_EQ(command.status, 0) << command.errors;
  std::vector<float> samples = sweepOf(kCount);
  size_t found = 0;
  SoundTranscript transcript =
      transcribe(listener(), {.samples = samples}, {}, [&](const SoundSegment &) { ++found; });
  ASSERT_EQ(transcript.segments.size(), 1u);
  EXPECT_EQ(found, 1u);
  const SoundSegment &segment = transcript.segments.front();
  EXPECT_EQ(segment.begin, 0);
  EXPECT_NEAR(segment.end, double(kCount) / 16000, 1e-6);
  EXPECT_EQ(segment.ids.size(), segment.tokenScores.size());
  EXPECT_FALSE(segment.text.empty());
  EXPECT_EQ(segment.text + "\n", command.output);
}

TEST(WholeSounds, AreTheSameWhereADraftModelGuesses) {
  std::vector<float> samples = sweepOf(kCount);
  Model model = listener(), small = listener();
  std::vector<Id> plain = transcribe(model, {.samples = samples}).segments.front().ids;
  SoundOptions options;
  options.draft = &small;
  EXPECT_EQ(transcribe(model, {.samples = samples}, options).segments.front().ids, plain);
  EXPECT_EQ(small.statistics().encoder_misses, 1u);
}

TEST(WholeSounds, AreDoneAtOnce) {
  std::vector<float> samples = sweepOf(kCount);
  std::vector<std::pair<double, double>> heard;
  SoundOptions options;
  options.onProgress = [&](double done, double total) {
    heard.emplace_back(done, total);
    return heard.size() < 2;
  };
  transcribe(listener(), {.samples = samples}, options);
  EXPECT_THAT(heard, testing::ElementsAre(testing::Pair(0.5625, 0.5625)));
  EXPECT_THAT(errorOf([&] { transcribe(listener(), {.samples = samples}, options); }),
              HasSubstr("asked to stop"));
}

TEST(WholeSounds, AreResampledToTheModelsRate) {
  Model model = listener();
  auto tone = [](unsigned rate) {
    std::vector<float> wave;
    for (unsigned index = 0; index < rate / 2; ++index)
      wave.push_back(0.3f * float(std::sin(2 * M_PI * 440 * index / rate)));
    return wave;
  };
  std::vector<float> slow = tone(16000), fast = tone(44100);
  Source left = encodeSound(model, {.samples = slow});
  Source right = encodeSound(model, {.samples = fast, .sampleRate = 44100});
  ASSERT_EQ(left.length(), right.length());
  double difference = 0, magnitude = 0;
  for (size_t index = 0; index < left.states().size(); ++index) {
    difference += std::pow(double(left.states()[index]) - double(right.states()[index]), 2);
    magnitude += std::pow(double(left.states()[index]), 2);
  }
  EXPECT_LT(difference, 0.02 * magnitude);
}

TEST(WholeSounds, OfFramesAreTranscribedAsTheCommandDoesWithoutWhatFillsNoFrame) {
  constexpr size_t whole = 87 * 80;
  TemporaryFolder folder;
  writeFile(folder.file("sound.wav"), waveOf(whole + 40));
  CommandResult command =
      run({"generate", library("moonshine_streaming"), folder.file("sound.wav")});
  ASSERT_EQ(command.status, 0) << command.errors;
  Model model = Model::open(library("moonshine_streaming"), {.threads = 2});
  std::vector<float> samples = sweepOf(whole + 40), silent = samples;
  std::fill(silent.begin() + whole, silent.end(), 0.0f);
  Source source = encodeSound(model, {.samples = samples});
  EXPECT_EQ(source.length(), 22u) << "88 frames, halved twice";
  EXPECT_TRUE(
      std::ranges::equal(source.states(), encodeSound(model, {.samples = silent}).states()));
  const SoundTranscript transcript = transcribe(model, {.samples = samples});
  ASSERT_EQ(transcript.segments.size(), 1u);
  EXPECT_FALSE(transcript.segments.front().text.empty());
  EXPECT_EQ(transcript.segments.front().text + "\n", command.output);
}

TEST(WholeSounds, OfFramesAreRefusedBeyondThePositions) {
  Model model = Model::open(library("moonshine_streaming"), {.threads = 2});
  EXPECT_EQ(model.maximumSourceLength(), 24u);
  EXPECT_EQ(encodeSound(model, {.samples = sweepOf(96 * 80)}).length(), 24u);
  std::vector<float> longer = sweepOf(96 * 80 + 1);
  EXPECT_THAT(errorOf([&] { transcribe(model, {.samples = longer}); }), HasSubstr("24"));
}

/// What the original makes of the file and a prompt, without the prompt and the end.
std::vector<Id> recordedText(const std::string &model, const std::string &name, size_t prompt) {
  const workbench::Goldens goldens =
      workbench::Goldens::read(TRANSEPT_SOURCE_DIR "/tests/golden/checkpoints/" + model);
  for (const workbench::GoldenCase &each : goldens.cases())
    if (each.name == name) {
      const workbench::IntegerTable ids = goldens.integers(each.outputs.at("sequences"));
      std::span<const int64_t> row = ids.row(0).subspan(prompt);
      std::vector<Id> text(row.begin(), row.end());
      if (!text.empty() && text.back() == 3)
        text.pop_back();
      return text;
    }
  ADD_FAILURE() << "there is no case " << name;
  return {};
}

TEST(WholeSounds, OfAFileGiveTheOriginalsTextBehindAPromptOfLanguages) {
  Model model = Model::open(library("canary"), {.threads = 2});
  EXPECT_THAT(languagesOf(model), testing::UnorderedElementsAre("en", "fr", "de"));
  const std::vector<float> samples = features::decodeSound(readFile(media("chirp.wav")), "chirp");
  SoundOptions options;
  options.speech.generate.maximumLength = 34;
  options.speech.generate.noRepeatNgramSize = 2;
  options.speech.language = "de";
  const SoundTranscript german = transcribe(model, {.samples = samples}, options);
  ASSERT_EQ(german.segments.size(), 1u);
  EXPECT_EQ(german.language, "de");
  EXPECT_EQ(german.segments.front().ids, recordedText("canary", "chirp_de", 9));
  options.speech.language = "";
  options.speech.textLanguage = "fr";
  const SoundTranscript french = transcribe(model, {.samples = samples}, options);
  EXPECT_EQ(french.language, "en") << "as the processor takes it where it is not given";
  EXPECT_EQ(french.segments.front().ids, recordedText("canary", "chirp_en_to_fr", 9));
  CommandResult command = run({"generate", library("canary"), media("chirp.wav"), "--text-language",
                               "fr", "--max-length", "34", "--no-repeat-ngram-size", "2"});
  EXPECT_EQ(command.status, 0) << command.errors;
  EXPECT_EQ(command.output, french.segments.front().text + "\n");
}

TEST(WholeSounds, BecomeTextOfALanguageAsTheOriginalWritesIt) {
  Model model = Model::open(library("seamless_m4t_v2_speech"), {.threads = 2});
  const std::vector<float> samples = features::decodeSound(readFile(media("chirp.wav")), "chirp");
  SoundOptions options;
  options.speech.generate.maximumLength = 24;
  options.speech.generate.noRepeatNgramSize = 2;
  options.speech.textLanguage = "deu";
  const SoundTranscript german = transcribe(model, {.samples = samples}, options);
  ASSERT_EQ(german.segments.size(), 1u);
  EXPECT_EQ(german.segments.front().ids, recordedText("seamless_m4t_v2_speech", "chirp_deu", 2));
  CommandResult command =
      run({"generate", library("seamless_m4t_v2_speech"), media("chirp.wav"), "--text-language",
           "deu", "--max-length", "24", "--no-repeat-ngram-size", "2"});
  EXPECT_EQ(command.status, 0) << command.errors;
  EXPECT_EQ(command.output, german.segments.front().text + "\n");
  command = run({"generate", library("seamless_m4t_v2_speech"), media("chirp.wav")});
  EXPECT_NE(command.status, 0);
  EXPECT_THAT(command.errors, HasSubstr("--text-language"));
}

TEST(WholeSounds, ModelsOfSublayersAreInspected) {
  CommandResult command = run({"inspect", library("canary")});
  EXPECT_EQ(command.status, 0) << command.errors;
  EXPECT_THAT(command.output, HasSubstr("2 layers of 4 sublayers, hidden size 40, 4 heads of 10"));
  EXPECT_THAT(command.output, HasSubstr("feed-forward 56 (silu)"));
}

TEST(WholeSounds, LanguagesThatAreNotKnownAreRefusedByName) {
  Model model = Model::open(library("canary"), {.threads = 2});
  std::vector<float> samples = sweepOf(kCount);
  auto refusal = [&](const SpeechOptions &speech) {
    return errorOf([&] { transcribe(model, {.samples = samples}, {.speech = speech}); });
  };
  EXPECT_THAT(refusal({.language = "xx"}), HasSubstr("language is xx, but must be one of"));
  EXPECT_THAT(refusal({.textLanguage = "xx"}), HasSubstr("textLanguage is xx"));
  EXPECT_THAT(refusal({.task = SpeechTask::Translate}), HasSubstr("textLanguage says it"));
  EXPECT_THAT(refusal({.timestamps = true}), HasSubstr("speech.timestamps"));
  CommandResult command =
      run({"generate", library("canary"), media("chirp.wav"), "--task", "translate"});
  EXPECT_NE(command.status, 0);
  EXPECT_THAT(command.errors, HasSubstr("--text-language says it"));
}

TEST(WholeSounds, ThatAreTooShortOrAskedForTimesAreRefused) {
  Model model = listener();
  std::vector<float> samples = sweepOf(kCount), few(894, 0.5f);
  auto refusal = [&](const Pcm &pcm, const SoundOptions &options) {
    return errorOf([&] { transcribe(model, pcm, options); });
  };
  EXPECT_THAT(refusal({.samples = few}, {}), HasSubstr("has 0 rows after the convolutions"));
  EXPECT_THAT(refusal({.samples = samples}, {.speech = {.language = "de"}}),
              HasSubstr("speech.language is set, but moonshine transcribes a sound in one piece"));
  EXPECT_THAT(refusal({.samples = samples}, {.tokenTimes = true}), HasSubstr("tokenTimes"));
  EXPECT_THAT(refusal({.samples = samples}, {.splitAtSilence = 40}), HasSubstr("splitAtSilence"));
}

} // namespace
} // namespace transept::endtoend

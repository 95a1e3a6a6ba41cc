// SPDX-License-Identifier: Apache-2.0
//
// Speech features against numpy's on a committed sound, and against plain sums over sines and
// cosines, which share no code with what they test.

#include "media/sound/SpeechFeatures.h"
#include "media/sound/MelFilters.h"
#include "media/sound/Sound.h"
#include "tests/unit/media/features/References.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>
#include <random>

namespace transept::features {
namespace {

using ::testing::HasSubstr;
constexpr double pi = std::numbers::pi;

std::vector<float> chirp() {
  return decodeSound(readReference("chirp.wav"), "chirp.wav");
}

void expectRows(const Features &features, const std::string &name, double tolerance,
                const std::string &file = "sounds.json") {
  SCOPED_TRACE(name);
  auto expected = readReferenceJson(file)[name];
  ASSERT_EQ(features.rows, expected["rows"]);
  ASSERT_EQ(features.width, expected["width"]);
  ASSERT_EQ(features.values.size(), features.rows * features.width);
  for (const auto &[row, values] : expected["selected"].items())
    for (size_t column = 0; column < features.width; ++column)
      ASSERT_NEAR(features.values[std::stoul(row) * features.width + column],
                  values[column].get<double>(), tolerance)
          << "row " << row << ", column " << column;
}

TEST(WhisperFeatures, EqualNumpy) {
  // Floats near 1 have steps of 1e-7; the original rounds its spectrum to floats as well.
  expectRows(whisperFeatures(chirp(), {}, /*isPadded=*/false, "it"), "whisper_80_whole", 2e-6);
  expectRows(whisperFeatures(chirp(), {}, /*isPadded=*/true, "it"), "whisper_80_chunk", 2e-6);
  expectRows(whisperFeatures(chirp(), {.mels = 128}, /*isPadded=*/true, "it"), "whisper_128_chunk",
             2e-6);
}

TEST(Speech2TextFeatures, EqualNumpy) {
  expectRows(speech2TextFeatures(chirp(), {}, "it"), "speech2text_80", 1e-4);
  expectRows(speech2TextFeatures(chirp(), {.mels = 20, .normalizesVariances = false}, "it"),
             "speech2text_20_means", 1e-4);
  expectRows(
      speech2TextFeatures(chirp(), {.normalizesMeans = false, .normalizesVariances = false}, "it"),
      "speech2text_80_raw", 1e-4);
}

TEST(StackedFeatures, EqualTheOriginal) {
  const std::vector<float> samples = chirp();
  auto expect = [&](const std::string &name, const StackedSettings &settings, size_t count) {
    expectRows(stackedFeatures(std::span(samples).first(count), settings, "it"), name, 1e-4,
               "stacked.json");
  };
  expect("seamless_80", {}, 6400);
  expect("seamless_20", {.mels = 20}, 6400);
  expect("seamless_odd", {}, 6240);
  expect("seamless_short", {}, 560);
  EXPECT_EQ(errorOf([&] { stackedFeatures(std::span(samples).first(559), {}, "it"); }),
            "it: 559 samples, at least 560 are needed");
}

TEST(ParakeetFeatures, EqualTheOriginals) {
  const std::vector<float> samples = chirp();
  auto expect = [&](const std::string &name, const ParakeetSettings &settings, size_t count) {
    // The originals compute in floats, which logarithms of little energy show.
    expectRows(parakeetFeatures(std::span(samples).first(count), settings, "it"), name, 2e-3,
               "parakeet.json");
  };
  expect("parakeet_80", {}, 6400);
  expect("parakeet_128", {.mels = 128}, 1234);
  expect("other_sizes", {.mels = 20, .hop = 100, .transform = 400, .window = 320, .preemphasis = 0},
         6400);
  expect("cohere", {.mels = 128, .dither = 1e-5}, 6400);
  expect("cohere_short", {.mels = 128, .dither = 1e-5}, 1234);
  expect("cohere_without_dither", {.mels = 128}, 6400);
  expect("much_dither", {.mels = 40, .dither = 0.1}, 6400);
}

TEST(ParakeetFeatures, RefuseWhatHasNoDeviation) {
  std::vector<float> samples(319);
  EXPECT_EQ(errorOf([&] { parakeetFeatures(samples, {}, "it"); }),
            "it: 319 samples, at least 320 are needed");
  samples.push_back(0);
  const Features silence = parakeetFeatures(samples, {}, "it");
  EXPECT_EQ(silence.rows, 2U);
  EXPECT_THAT(silence.values, ::testing::Each(0.0F));
}

/// Power of frequency `bin` of `transform` by definition.
double naivePower(const std::vector<double> &frame, size_t bin, size_t transform) {
  std::complex<double> sum = 0;
  for (size_t index = 0; index < frame.size(); ++index)
    sum += frame[index] *
           std::polar(1.0, -2 * pi * double(bin * index % transform) / double(transform));
  return std::norm(sum);
}

std::vector<float> noisySweep(size_t count) {
  std::mt19937 random(3);
  std::normal_distribution<double> noise(0, 0.01);
  std::vector<float> samples(count);
  for (size_t index = 0; index < count; ++index) {
    double time = double(index) / 16000;
    samples[index] = float(0.4 * std::sin(2 * pi * (300 + 9000 * time) * time) + noise(random));
  }
  return samples;
}

TEST(WhisperFeatures, EqualSumsOverSinesAndCosines) {
  auto samples = noisySweep(2000);
  const Features features = whisperFeatures(samples, {}, /*isPadded=*/false, "it");
  ASSERT_EQ(features.rows, 12U);
  const Matrix filters = slaneyFilters({});
  std::vector<double> expected;
  for (long frame = 0; frame < 12; ++frame) {
    std::vector<double> windowed(400), power(201);
    for (long index = 0; index < 400; ++index) {
      long position = std::abs(frame * 160 + index - 200);
      position = position < 2000 ? position : 2 * 1999 - position;
      windowed[size_t(index)] =
          samples[size_t(position)] * std::pow(std::sin(pi * double(index) / 400), 2);
    }
    for (size_t bin = 0; bin < power.size(); ++bin)
      power[bin] = naivePower(windowed, bin, 400);
    for (size_t mel = 0; mel < 80; ++mel) {
      double energy = 0;
      for (size_t bin = 0; bin < power.size(); ++bin)
        energy += filters.row(mel)[bin] * power[bin];
      expected.push_back(std::log10(std::max(energy, 1e-10)));
    }
  }
  double floor = *std::max_element(expected.begin(), expected.end()) - 8;
  for (size_t index = 0; index < expected.size(); ++index)
    ASSERT_NEAR(features.values[index], (std::max(expected[index], floor) + 4) / 4, 1e-6);
}

TEST(Speech2TextFeatures, EqualSumsOverSinesAndCosines) {
  auto samples = noisySweep(1000);
  const Features features =
      speech2TextFeatures(samples, {.normalizesMeans = false, .normalizesVariances = false}, "it");
  ASSERT_EQ(features.rows, 4U);
  auto mel = [](double frequency) { return 1127 * std::log(1 + frequency / 700); };
  for (size_t frame = 0; frame < 4; ++frame) {
    std::vector<double> raw(400), windowed(400), energies(80);
    double mean = 0;
    for (size_t index = 0; index < 400; ++index) {
      raw[index] = samples[frame * 160 + index] * 32768.0;
      mean += raw[index] / 400;
    }
    for (size_t index = 0; index < 400; ++index) {
      double before = raw[index == 0 ? 0 : index - 1] - mean;
      double hann = std::pow(std::sin(pi * double(index) / 399), 2);
      windowed[index] = (raw[index] - mean - 0.97 * before) * std::pow(hann, 0.85);
    }
    for (size_t bin = 0; bin < 256; ++bin) {
      double power = naivePower(windowed, bin, 512);
      // In units of half a triangle.
      double position = (mel(31.25 * double(bin)) - mel(20)) / (mel(8000) - mel(20)) * 81;
      for (size_t filter = 0; filter < 80; ++filter)
        energies[filter] += power * std::max(0.0, 1 - std::abs(position - 1 - double(filter)));
    }
    for (size_t filter = 0; filter < 80; ++filter)
      ASSERT_NEAR(features.values[frame * 80 + filter],
                  std::log(std::max(energies[filter], 1.192092955078125e-07)), 2e-6);
  }
}

TEST(MelFilters, HaveThePublishedValues) {
  // `mel_filters` in the preprocessor_config.json of the openai/whisper checkpoints, made by
  // librosa: filter, bin, weight.
  const Matrix filters = slaneyFilters({});
  ASSERT_EQ(filters.rows, 80U);
  ASSERT_EQ(filters.columns, 201U);
  EXPECT_NEAR(filters.row(0)[1], 0.02486259490251541, 1e-8);
  EXPECT_NEAR(filters.row(1)[1], 0.001990821911022067, 1e-8);
  EXPECT_NEAR(filters.row(1)[2], 0.022871771827340126, 1e-8);
  EXPECT_NEAR(filters.row(9)[10], 0.006945197004824877, 1e-8);
  EXPECT_NEAR(filters.row(39)[41], 0.011486922390758991, 1e-8);
  EXPECT_NEAR(filters.row(69)[131], 0.00487553421407938, 1e-8);
  EXPECT_NEAR(filters.row(79)[190], 0.0022320549469441175, 1e-8);
  EXPECT_NEAR(filters.row(79)[199], 0.0004487590049393475, 1e-8);
  EXPECT_EQ(filters.row(10)[12], 0);
  EXPECT_EQ(filters.row(79)[200], 0);
}

TEST(MelFilters, HaveAWeightForEachBinUpToHalfTheSampleRate) {
  const MelSettings settings{
      .filters = 7, .transform = 64, .sampleRate = 8000, .maximumFrequency = 4000};
  for (const Matrix &filters : {slaneyFilters(settings), kaldiFilters(settings)}) {
    EXPECT_EQ(filters.rows, 7u);
    EXPECT_EQ(filters.columns, 33u);
    for (size_t filter = 0; filter < filters.rows; ++filter) {
      EXPECT_NEAR(filters.row(filter).back(), 0, 1e-12);
      EXPECT_GT(std::ranges::max(filters.row(filter)), 0);
    }
  }
  // Only Kaldi's scale leaves the last bin out where a filter would have it.
  const MelSettings beyond{
      .filters = 3, .transform = 64, .sampleRate = 8000, .maximumFrequency = 5000};
  EXPECT_EQ(kaldiFilters(beyond).row(2).back(), 0);
  EXPECT_GT(slaneyFilters(beyond).row(2).back(), 0);
}

TEST(WhisperFeatures, CutOrFillToAChunk) {
  WhisperSettings settings{.chunkSeconds = 1};
  auto samples = noisySweep(20000);
  Features whole = whisperFeatures(samples, settings, /*isPadded=*/true, "it");
  EXPECT_EQ(whole.rows, 100U);
  EXPECT_EQ(whole.width, 80U);
  Features cut = whisperFeatures(std::span(samples).first(16000), settings, true, "it");
  EXPECT_EQ(whole.values, cut.values);
  EXPECT_EQ(whisperFeatures(samples, settings, /*isPadded=*/false, "it").rows, 125U);
  // Silence: every energy is at its floor.
  EXPECT_THAT(whisperFeatures({}, settings, true, "it").values, ::testing::Each(-1.5F));
}

/// numpy.pad(samples, 200, mode="reflect") of few samples, step by step as numpy's guide has it.
std::vector<double> reflectedAsNumpy(const std::vector<float> &samples) {
  auto length = std::ptrdiff_t(samples.size());
  std::vector<double> padded;
  for (std::ptrdiff_t at = -200; at < length + 200; ++at) {
    std::ptrdiff_t index = at;
    while (length > 1 && (index < 0 || index >= length))
      index = index < 0 ? -index : 2 * (length - 1) - index;
    padded.push_back(samples[size_t(length == 1 ? 0 : index)]);
  }
  return padded;
}

TEST(WhisperFeatures, MirrorShortSoundsAsOftenAsNumpy) {
  for (size_t count : {1, 2, 3, 100, 159, 160, 161, 199, 200, 201}) {
    SCOPED_TRACE(count);
    std::vector<float> samples = noisySweep(1000);
    samples.resize(count);
    const Features features = whisperFeatures(samples, {}, /*isPadded=*/false, "it");
    ASSERT_EQ(features.rows, count / 160);
    if (features.rows == 0)
      continue;
    std::vector<double> padded = reflectedAsNumpy(samples);
    FrameSettings frames{.window = periodicHannWindow(400)};
    Matrix energies = melEnergies(padded, frames, slaneyFilters({}));
    double loudest = 0;
    for (double energy : energies.row(0))
      loudest = std::max(loudest, energy);
    for (size_t mel = 0; mel < 80; ++mel) {
      double value =
          std::max(std::log10(std::max(energies.row(0)[mel], 1e-10)), std::log10(loudest) - 8);
      EXPECT_NEAR(features.values[mel], (value + 4) / 4, 1e-6);
    }
  }
}

TEST(WhisperFeatures, FillUpSoundsOfAnyLength) {
  for (size_t count : {1, 2, 100, 159, 200, 201}) {
    std::vector<float> samples = noisySweep(1000);
    samples.resize(count);
    EXPECT_EQ(whisperFeatures(samples, {}, /*isPadded=*/true, "it").rows, 3000U) << count;
  }
}

TEST(SpeechFeatures, RefuseSoundsShorterThanAFrame) {
  EXPECT_EQ(errorOf([&] { whisperFeatures({}, {}, /*isPadded=*/false, "it"); }),
            "it: no samples, at least 1 is needed");
  std::vector<float> samples(399);
  EXPECT_EQ(errorOf([&] { speech2TextFeatures(samples, {}, "it"); }),
            "it: 399 samples, at least 400 are needed");
  samples.resize(400);
  EXPECT_EQ(speech2TextFeatures(samples, {}, "it").rows, 1U);
}

TEST(Speech2TextFeatures, SilenceIsZeroRatherThanUndefined) {
  EXPECT_THAT(speech2TextFeatures(std::vector<float>(4000), {}, "it").values,
              ::testing::Each(0.0F));
}

TEST(Speech2TextFeatures, HaveMeanZeroAndDeviationOne) {
  Features features = speech2TextFeatures(noisySweep(16000), {}, "it");
  for (size_t column = 0; column < features.width; ++column) {
    double sum = 0, squares = 0;
    for (size_t row = 0; row < features.rows; ++row) {
      double value = features.values[row * features.width + column];
      sum += value;
      squares += value * value;
    }
    EXPECT_NEAR(sum / double(features.rows), 0, 1e-5);
    EXPECT_NEAR(squares / double(features.rows), 1, 1e-5);
  }
}

} // namespace
} // namespace transept::features

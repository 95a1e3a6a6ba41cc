// SPDX-License-Identifier: Apache-2.0
//
// Speech2TextFeatureExtractor and SeamlessM4TFeatureExtractor, which are Kaldi's fbank without
// dither, then cepstral mean and variance normalization over the utterance, each in its own way.

#include "base/Error.h"
#include "media/sound/MelFilters.h"
#include "media/sound/SpeechFeatures.h"
#include "media/sound/StandardColumns.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace transept::features {

namespace {

constexpr size_t frameSamples = 400, hopSamples = 160, transformLength = 512;
/// The smallest step above 1 of a float: Kaldi's floor under the logarithm.
constexpr double melFloor = 1.192092955078125e-07;
/// Is added to variances, so that a column that never changes may be divided.
constexpr double leastVariance = 1e-7;
/// Kaldi counts in steps of 16-bit samples.
constexpr double fullScale = 32768;

void normalizeColumn(Features &features, size_t column, const Speech2TextSettings &settings) {
  auto value = [&](size_t row) -> float & {
    return features.values[row * features.width + column];
  };
  auto count = double(features.rows);
  double sum = 0, squares = 0;
  // Compared rather than taken from the deviation, which rounding keeps from being exactly 0.
  bool isConstant = true;
  for (size_t row = 0; row < features.rows; ++row) {
    sum += value(row);
    isConstant = isConstant && value(row) == value(0);
  }
  double mean = isConstant ? value(0) : sum / count;
  for (size_t row = 0; row < features.rows; ++row)
    squares += (value(row) - mean) * (value(row) - mean);
  double deviation = std::sqrt(squares / count);
  for (size_t row = 0; row < features.rows; ++row) {
    double result = value(row);
    if (settings.normalizesMeans)
      result -= mean;
    if (settings.normalizesVariances && !isConstant)
      result /= deviation;
    value(row) = float(result);
  }
}

Features filterBank(std::span<const float> samples, size_t mels, int sampleRate) {
  FrameSettings frames{.window = poveyWindow(frameSamples),
                       .hop = hopSamples,
                       .transform = transformLength,
                       .subtractsMean = true,
                       .preemphasis = 0.97};
  MelSettings settings{.filters = mels,
                       .transform = transformLength,
                       .sampleRate = double(sampleRate),
                       .minimumFrequency = 20,
                       .maximumFrequency = double(sampleRate) / 2};
  std::vector<double> scaled(samples.size());
  std::transform(samples.begin(), samples.end(), scaled.begin(),
                 [](float sample) { return sample * fullScale; });
  Matrix energies = melEnergies(scaled, frames, kaldiFilters(settings));

  Features features{.rows = energies.rows, .width = mels};
  features.values.resize(energies.values.size());
  std::transform(energies.values.begin(), energies.values.end(), features.values.begin(),
                 [](double energy) { return float(std::log(std::max(energy, melFloor))); });
  return features;
}

void expectSamples(std::span<const float> samples, size_t least, const std::string &name) {
  if (samples.size() < least)
    throw InputError(
        fmt::format("{}: {} samples, at least {} are needed", name, samples.size(), least));
}

} // namespace

Features speech2TextFeatures(std::span<const float> samples, const Speech2TextSettings &settings,
                             const std::string &name) {
  expectSamples(samples, frameSamples, name);
  Features features = filterBank(samples, settings.mels, settings.sampleRate);
  for (size_t column = 0; column < features.width; ++column)
    normalizeColumn(features, column, settings);
  return features;
}

Features stackedFeatures(std::span<const float> samples, const StackedSettings &settings,
                         const std::string &name) {
  expectSamples(samples, frameSamples + hopSamples, name);
  Features features = filterBank(samples, settings.mels, settings.sampleRate);
  standardizeColumns(features, [](double variance) { return std::sqrt(variance + leastVariance); });
  features.rows /= StackedSettings::framesPerRow;
  features.width = settings.width();
  features.values.resize(features.rows * features.width);
  return features;
}

} // namespace transept::features

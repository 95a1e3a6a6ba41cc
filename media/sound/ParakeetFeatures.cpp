// SPDX-License-Identifier: Apache-2.0
//
// ParakeetFeatureExtractor, and CohereAsrFeatureExtractor of one piece of sound: frames around
// multiples of the hop, silence beyond the ends, columns normalized over the utterance.

#include "base/Error.h"
#include "media/sound/MelFilters.h"
#include "media/sound/SpeechFeatures.h"
#include "media/sound/StandardColumns.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <numbers>
#include <random>

namespace transept::features {

namespace {

/// Are added to energies and deviations, so that silence has a logarithm and may be divided by.
constexpr double leastEnergy = 1.0 / (1 << 24), leastDeviation = 1e-5;

/// Numbers of mean 0 and deviation 1 as torch.randn makes them on a CPU: Box and Muller's method on
/// sixteen at a time, the last sixteen anew where they overlap those before.
std::vector<float> normalNoise(size_t count, uint32_t seed) {
  constexpr size_t block = 16;
  std::mt19937 random(seed);
  auto uniform = [&] { return float(random() & 0xffffff) / float(1 << 24); };
  std::vector<float> noise(std::max(count, block));
  std::ranges::generate(noise, uniform);
  auto turn = [](std::span<float> values) {
    for (size_t index = 0; index < block / 2; ++index) {
      float radius = std::sqrt(-2 * std::log(1 - values[index]));
      float angle = 2 * std::numbers::pi_v<float> * values[index + block / 2];
      values[index] = radius * std::cos(angle);
      values[index + block / 2] = radius * std::sin(angle);
    }
  };
  for (size_t begin = 0; begin + block <= noise.size(); begin += block)
    turn(std::span(noise).subspan(begin, block));
  if (noise.size() % block != 0) {
    std::span<float> last = std::span(noise).last(block);
    std::ranges::generate(last, uniform);
    turn(last);
  }
  return noise;
}

/// Of each sample a part of the one before it is taken away.
std::vector<double> emphasized(std::span<const float> samples, const ParakeetSettings &settings) {
  std::vector<double> result(samples.begin(), samples.end());
  if (settings.dither != 0) {
    std::vector<float> noise = normalNoise(samples.size(), uint32_t(samples.size()));
    for (size_t index = 0; index < result.size(); ++index)
      result[index] += settings.dither * noise[index];
  }
  for (size_t index = result.size(); index-- > 1;)
    result[index] -= settings.preemphasis * result[index - 1];
  return result;
}

} // namespace

Features parakeetFeatures(std::span<const float> samples, const ParakeetSettings &settings,
                          const std::string &name) {
  size_t rows = samples.size() / settings.hop;
  if (rows < 2)
    throw InputError(fmt::format("{}: {} samples, at least {} are needed", name, samples.size(),
                                 2 * settings.hop));
  FrameSettings frames{
      .window = hannWindow(settings.window), .hop = settings.hop, .transform = settings.transform};
  MelSettings mels{.filters = settings.mels,
                   .transform = settings.transform,
                   .sampleRate = double(settings.sampleRate),
                   .maximumFrequency = double(settings.sampleRate) / 2};
  // The window stands in the middle of the transform's samples, and that around the hop's multiple.
  size_t before = settings.transform / 2 - (settings.transform - settings.window) / 2;
  std::vector<double> padded(before), whole = emphasized(samples, settings);
  padded.insert(padded.end(), whole.begin(), whole.end());
  padded.resize((rows - 1) * settings.hop + settings.window);
  Matrix energies = melEnergies(padded, frames, slaneyFilters(mels));

  Features features{.rows = rows, .width = settings.mels};
  features.values.resize(energies.values.size());
  std::transform(energies.values.begin(), energies.values.end(), features.values.begin(),
                 [](double energy) { return float(std::log(energy + leastEnergy)); });
  standardizeColumns(features,
                     [](double variance) { return std::sqrt(variance) + leastDeviation; });
  return features;
}

} // namespace transept::features

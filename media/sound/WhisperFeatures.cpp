// SPDX-License-Identifier: Apache-2.0
//
// WhisperFeatureExtractor: frames around multiples of the hop, the sound mirrored at its ends.

#include "base/Error.h"
#include "media/sound/MelFilters.h"
#include "media/sound/SpeechFeatures.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace transept::features {

namespace {

/// numpy.pad's mode "reflect": the first and the last sample are not repeated.
std::vector<double> padMirrored(std::span<const float> samples, size_t length, size_t padding) {
  auto sample = [&](size_t index) { return index < samples.size() ? samples[index] : 0.0; };
  std::vector<double> padded(length + 2 * padding);
  for (size_t index = 0; index < length; ++index)
    padded[padding + index] = sample(index);
  for (size_t index = 1; index <= padding; ++index) {
    padded[padding - index] = sample(index);
    padded[padding + length - 1 + index] = sample(length - 1 - index);
  }
  return padded;
}

} // namespace

Features whisperFeatures(std::span<const float> samples, const WhisperSettings &settings,
                         bool isPadded, const std::string &name) {
  size_t length = isPadded ? settings.chunkSamples() : samples.size();
  size_t padding = settings.transform / 2;
  if (length <= padding || length < settings.hop)
    throw InputError(fmt::format("{}: {} samples, at least {} are needed", name, length,
                                 std::max(padding + 1, settings.hop)));
  FrameSettings frames{.window = periodicHannWindow(settings.transform),
                       .hop = settings.hop,
                       .transform = settings.transform};
  MelSettings mels{.filters = settings.mels,
                   .transform = settings.transform,
                   .sampleRate = double(settings.sampleRate)};
  Matrix energies = melEnergies(padMirrored(samples, length, padding), frames, slaneyFilters(mels));

  // The last frame is left out, as the original does.
  Features features{.rows = energies.rows - 1, .width = settings.mels};
  features.values.resize(features.rows * features.width);
  for (size_t index = 0; index < features.values.size(); ++index)
    features.values[index] = float(std::log10(std::max(energies.values[index], 1e-10)));
  float floor = *std::max_element(features.values.begin(), features.values.end()) - 8;
  for (float &value : features.values)
    value = (std::max(value, floor) + 4) / 4;
  return features;
}

} // namespace transept::features

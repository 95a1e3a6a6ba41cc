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

/// numpy.pad's mode "reflect": the first and the last sample are not repeated. A sound shorter than
/// the padding goes to and fro in it as often as needed; a single sample is repeated.
std::vector<double> padMirrored(std::span<const float> samples, size_t length, size_t padding) {
  auto sample = [&](size_t index) { return index < samples.size() ? samples[index] : 0.0; };
  size_t period = std::max<size_t>(1, 2 * (length - 1));
  size_t first = period - padding % period;
  std::vector<double> padded(length + 2 * padding);
  for (size_t index = 0; index < padded.size(); ++index) {
    size_t phase = (first + index) % period;
    padded[index] = sample(std::min(phase, period - phase));
  }
  return padded;
}

} // namespace

Features whisperFeatures(std::span<const float> samples, const WhisperSettings &settings,
                         bool isPadded, const std::string &name) {
  size_t length = isPadded ? settings.chunkSamples() : samples.size();
  size_t padding = settings.transform / 2;
  if (length == 0)
    throw InputError(fmt::format("{}: no samples, at least 1 is needed", name));
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
  if (features.rows == 0) // less than a hop
    return features;
  float floor = *std::max_element(features.values.begin(), features.values.end()) - 8;
  for (float &value : features.values)
    value = (std::max(value, floor) + 4) / 4;
  return features;
}

} // namespace transept::features

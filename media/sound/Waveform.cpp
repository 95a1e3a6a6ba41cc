// SPDX-License-Identifier: Apache-2.0
//
// Wav2Vec2FeatureExtractor: samples as they are, or to mean 0 and variance 1.

#include "media/sound/SpeechFeatures.h"

#include <cmath>
#include <utility>

namespace transept::features {

Features waveformFeatures(std::vector<float> samples, const WaveformSettings &settings) {
  Features features{.rows = samples.size(), .width = 1, .values = std::move(samples)};
  if (!settings.normalizes || features.rows == 0)
    return features;
  auto count = double(features.rows);
  double sum = 0, squares = 0;
  for (float sample : features.values)
    sum += sample;
  const double mean = sum / count;
  for (float sample : features.values)
    squares += (sample - mean) * (sample - mean);
  const double deviation = std::sqrt(squares / count + 1e-7);
  for (float &sample : features.values)
    sample = float((sample - mean) / deviation);
  return features;
}

} // namespace transept::features

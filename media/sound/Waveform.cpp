// SPDX-License-Identifier: Apache-2.0
//
// Wav2Vec2FeatureExtractor: samples as they are, or to mean 0 and variance 1. Processors of models
// that read frames fill the last one with samples that are masked, and with it the frame.

#include "media/sound/SpeechFeatures.h"

#include <cmath>
#include <utility>

namespace transept::features {

static void normalize(std::vector<float> &samples) {
  auto count = double(samples.size());
  double sum = 0, squares = 0;
  for (float sample : samples)
    sum += sample;
  const double mean = sum / count;
  for (float sample : samples)
    squares += (sample - mean) * (sample - mean);
  const double deviation = std::sqrt(squares / count + 1e-7);
  for (float &sample : samples)
    sample = float((sample - mean) / deviation);
}

Features waveformFeatures(std::vector<float> samples, const WaveformSettings &settings,
                          size_t width) {
  if (settings.normalizes && !samples.empty())
    normalize(samples);
  const size_t whole = samples.size() / width, rows = (samples.size() + width - 1) / width;
  samples.resize(whole * width);
  samples.resize(rows * width);
  return {.rows = rows, .width = width, .values = std::move(samples)};
}

} // namespace transept::features

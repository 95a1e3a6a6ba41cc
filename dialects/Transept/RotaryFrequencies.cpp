// SPDX-License-Identifier: Apache-2.0
//
// The frequencies of rotary positions, rounded where Hugging Face transformers rounds them
// (modeling_rope_utils.py): at position 4000 a step less moves an angle by 2e-4.

#include "dialects/Transept/RotaryFrequencies.h"

#include <cmath>

std::vector<float> transept::rotaryFrequencies(const RotaryWaves &waves) {
  auto frequencies = std::vector<float>(size_t(waves.dims / 2));
  for (size_t i = 0; i < frequencies.size(); ++i) {
    float exponent = float(2 * i) / float(waves.dims);
    auto power = float(std::pow(double(float(waves.theta)), double(exponent)));
    frequencies[i] = 1.0F / power / float(waves.factor);
  }
  return frequencies;
}

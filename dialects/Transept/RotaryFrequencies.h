// SPDX-License-Identifier: Apache-2.0
//
// The frequencies of rotary positions, for everyone who needs the same ones: the interpreter and
// the code generator.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_ROTARYFREQUENCIES_H
#define TRANSEPT_DIALECTS_TRANSEPT_ROTARYFREQUENCIES_H

#include <cstdint>
#include <vector>

namespace transept {

struct RotaryWaves {
  int64_t dims = 0;
  double theta = 0;
  double factor = 1;

  bool operator==(const RotaryWaves &) const = default;
};

/// theta^(-2i / dims) / factor for i < dims / 2, each step in f32.
std::vector<float> rotaryFrequencies(const RotaryWaves &waves);

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Samples of one rate as samples of another, block by block.

#ifndef TRANSEPT_MEDIA_SOUND_RESAMPLER_H
#define TRANSEPT_MEDIA_SOUND_RESAMPLER_H

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

struct SpeexResamplerState_;

namespace transept::features {

class Resampler {
public:
  /// Samples per second, each 1000 to 768000. Throws std::bad_alloc.
  Resampler(int from, int to);

  /// Takes the next samples and appends what is complete; behind the last block the rest, so that
  /// there are as many samples as the sound is long.
  void append(std::span<const float> block, bool isLast, std::vector<float> &samples);

private:
  void process(std::span<const float> block, std::vector<float> &samples);

  struct Destroy {
    void operator()(SpeexResamplerState_ *state) const;
  };
  int from, to;
  std::unique_ptr<SpeexResamplerState_, Destroy> state; // null where the rates are equal
  uint64_t takenCount = 0, givenCount = 0;
};

} // namespace transept::features

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Random numbers without a state: each is a function of a key and a counter, so a sample does not
// depend on what else was drawn. Philox 4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel Random
// Numbers: As Easy as 1, 2, 3" (SC 2011), section 4.3.
#ifndef TRANSEPT_RUNTIME_DECODE_PHILOX_H
#define TRANSEPT_RUNTIME_DECODE_PHILOX_H

#include <array>
#include <cstdint>

namespace transept::runtime {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

/// 128 random bits.
constexpr PhiloxCounter philox(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < 10; ++round) {
    std::uint64_t first = std::uint64_t(0xD2511F53) * counter[0];
    std::uint64_t second = std::uint64_t(0xCD9E8D57) * counter[2];
    counter = {std::uint32_t(second >> 32) ^ counter[1] ^ key[0], std::uint32_t(second),
               std::uint32_t(first >> 32) ^ counter[3] ^ key[1], std::uint32_t(first)};
    key[0] += 0x9E3779B9;
    key[1] += 0xBB67AE85;
  }
  return counter;
}

/// What a token of a sample is drawn by.
struct DrawPlace {
  std::uint64_t seed, source;
  std::uint32_t sample, length;
};

/// At least 0, below 1, of 53 bits.
constexpr double uniformAt(const DrawPlace &place) {
  PhiloxCounter bits = philox(
      {place.length, place.sample, std::uint32_t(place.source), std::uint32_t(place.source >> 32)},
      {std::uint32_t(place.seed), std::uint32_t(place.seed >> 32)});
  return double((std::uint64_t(bits[1]) << 32 | bits[0]) >> 11) * 0x1p-53;
}

} // namespace transept::runtime

#endif

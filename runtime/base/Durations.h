// SPDX-License-Identifier: Apache-2.0
//
// Lengths of time that callers give.
#ifndef TRANSEPT_RUNTIME_BASE_DURATIONS_H
#define TRANSEPT_RUNTIME_BASE_DURATIONS_H

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace transept::runtime {

/// Beyond a year there is no difference, and no clock overflows.
inline std::chrono::microseconds boundedMicroseconds(std::uint64_t count) {
  constexpr std::chrono::microseconds longest = std::chrono::hours(365 * 24);
  return std::chrono::microseconds(std::min(count, std::uint64_t(longest.count())));
}

} // namespace transept::runtime

#endif

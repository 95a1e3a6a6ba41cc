// SPDX-License-Identifier: Apache-2.0
//
// Rows at the ends of a sequence have fewer keys than their window is wide.

#include "transept/rows.h"

#include <algorithm>

namespace transept::runtime {
namespace {

/// What one half of a window says; UINT64_MAX where it does not end.
std::uint64_t reachOf(std::uint32_t half) {
  return half == 0 ? UINT64_MAX : half - 1;
}

/// Sum of min(i, reach) over i below `count`.
std::uint64_t sumUpTo(std::uint64_t count, std::uint64_t reach) {
  std::uint64_t rising = std::min(count, reach == UINT64_MAX ? count : reach + 1);
  return rising * (rising - (rising > 0)) / 2 + (count - rising) * reach;
}

} // namespace

KeyCounts keyCounts(const transept_launch &launch, std::uint64_t past, std::uint64_t rows) {
  if (launch.keys == TRANSEPT_KEYS_NONE)
    return {};
  if (launch.keys == TRANSEPT_KEYS_OF_SOURCE)
    return {.keys = past, .pairs = rows * past};
  std::uint64_t before = reachOf(launch.window & 0xffffu), after = reachOf(launch.window >> 16);
  if (launch.keys == TRANSEPT_KEYS_UP_TO_ROW)
    after = 0;
  std::uint64_t all = past + rows;
  return {.keys = all - (past - std::min(past, before)),
          .pairs = sumUpTo(all, before) - sumUpTo(past, before) + rows + sumUpTo(rows, after)};
}

} // namespace transept::runtime

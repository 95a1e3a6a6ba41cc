// SPDX-License-Identifier: Apache-2.0
//
// Sizes of encoder cache entries and self cache pages, from the slots of a model table.
#ifndef TRANSEPT_RUNTIME_CACHE_CACHELAYOUT_H
#define TRANSEPT_RUNTIME_CACHE_CACHELAYOUT_H

#include "runtime/base/Sizes.h"
#include "transept/abi.h"

namespace transept::runtime {

/// Bytes of a cache with the given slots over `positions` positions (rounded up to whole key
/// blocks), the slack behind it included.
inline std::uint64_t cacheBytes(const transept_cache_slot *slots, std::uint64_t slotCount,
                                std::uint64_t positions) {
  std::uint64_t perPosition = 0;
  for (std::uint64_t slot = 0; slot < slotCount; ++slot)
    perPosition = addSizes(
        perPosition, multiplySizes(multiplySizes(slots[slot].head_count, slots[slot].head_dim),
                                   slots[slot].number_bytes));
  return addSizes(multiplySizes(perPosition, roundUp(positions, TRANSEPT_KEY_BLOCK)),
                  TRANSEPT_CACHE_SLACK);
}

} // namespace transept::runtime

#endif

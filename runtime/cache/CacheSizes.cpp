// SPDX-License-Identifier: Apache-2.0
//
// Sizes of encoder cache entries and self cache pages, from the slots of a model table. Positions
// are rounded up to whole blocks of keys; slack follows, because kernels load whole vectors.

#include "transept/cache_sizes.h"

#include "runtime/base/Sizes.h"

#include <span>

namespace transept::runtime {
namespace {

std::uint64_t blockBytes(std::span<const transept_cache_slot> slots) {
  std::uint64_t bytes = 0;
  for (const transept_cache_slot &slot : slots)
    bytes = addSizes(bytes, multiplySizes(multiplySizes(slot.head_count, slot.head_dim),
                                          slot.number_bytes * std::uint64_t(TRANSEPT_KEY_BLOCK)));
  return bytes;
}

} // namespace

std::uint64_t EncoderEntrySize::keysAndValues(std::uint64_t positions) const {
  std::uint64_t blocks = roundUp(positions, TRANSEPT_KEY_BLOCK) / TRANSEPT_KEY_BLOCK;
  return addSizes(multiplySizes(blocks, perBlock), constant);
}

std::uint64_t EncoderEntrySize::of(std::uint64_t positions, std::uint64_t featureRows) const {
  std::uint64_t others =
      addSizes(multiplySizes(positions, perPosition), multiplySizes(featureRows, perFeatureRow));
  return addSizes(keysAndValues(positions), others);
}

EncoderEntrySize encoderEntrySize(const transept_model_table &table) {
  return {.perBlock = blockBytes({table.encoder_slots, table.encoder_slot_count}),
          .perPosition = table.encoder_hidden_size * sizeof(float) + 2 * sizeof(std::int32_t),
          .perFeatureRow = table.source_feature_width * sizeof(float),
          .constant = TRANSEPT_CACHE_SLACK};
}

std::uint64_t selfPageSize(const transept_model_table &table) {
  return addSizes(blockBytes({table.self_slots, table.self_slot_count}), TRANSEPT_CACHE_SLACK);
}

} // namespace transept::runtime

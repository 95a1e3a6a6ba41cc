// SPDX-License-Identifier: Apache-2.0
//
// How many heads a cross-attention has, of which the encoder cache may hold fewer.

#ifndef TRANSEPT_DETAIL_CROSSATTENTIONHEADS_H
#define TRANSEPT_DETAIL_CROSSATTENTIONHEADS_H

#include "transept/abi.h"

#include <cstddef>
#include <cstdint>

namespace transept::detail {

/// The heads of the cross-attention with this number; 0 where there is none.
inline std::uint32_t crossAttentionHeads(const transept_model_table &table, std::size_t index) {
  if (table.cross_attention_heads && index < table.cross_attention_count)
    return std::uint32_t(table.cross_attention_heads[index]);
  for (std::uint64_t slot = 0; slot != table.encoder_slot_count; ++slot)
    if (table.encoder_slots[slot].layout == TRANSEPT_CACHE_KEYS && index-- == 0)
      return table.encoder_slots[slot].head_count;
  return 0;
}

} // namespace transept::detail

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The heads of a cross-attention are those of its keys in the encoder cache.

#include "media/library/LastCrossAttention.h"

#include "transept/detail/OpenLibrary.h"

namespace transept::media {

LastCrossAttention lastCrossAttention(const transept_text &text, transept_source *source,
                                      std::span<const int32_t> ids, size_t sourceLength) {
  const transept_model_table &table = text.table;
  LastCrossAttention result{};
  for (const transept_cache_slot &slot : std::span(table.encoder_slots, table.encoder_slot_count))
    if (slot.layout == TRANSEPT_CACHE_KEYS)
      result.heads = slot.head_count;
  // One number more, so that even no weights have a place.
  result.weights.reserve(result.heads * ids.size() * sourceLength + 1);
  result.weights.resize(result.heads * ids.size() * sourceLength);
  std::vector<float *> layers(table.cross_attention_count, nullptr);
  layers.back() = result.weights.data();
  const uint64_t offsets[] = {0, ids.size()};
  detail::OpenLibrary(table, text.model)
      .call(table.runtime->cross_attention, text.model, &source, uint64_t(1), ids.data(), offsets,
            layers.data());
  return result;
}

} // namespace transept::media

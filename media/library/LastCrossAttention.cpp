// SPDX-License-Identifier: Apache-2.0
//
// The weights of the last cross-attention, through the runtime's functions.

#include "media/library/LastCrossAttention.h"

#include "transept/detail/CrossAttentionHeads.h"
#include "transept/detail/OpenLibrary.h"

namespace transept::media {

LastCrossAttention lastCrossAttention(const transept_text &text, transept_source *source,
                                      std::span<const int32_t> ids, size_t sourceLength) {
  const transept_model_table &table = text.table;
  LastCrossAttention result{};
  if (table.cross_attention_count != 0)
    result.heads = detail::crossAttentionHeads(table, table.cross_attention_count - 1);
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

// SPDX-License-Identifier: Apache-2.0
//
// Cross-attention weights of given targets, and models that transform rows of features: one pass of
// decode whose results are not vocabulary scores.
#ifndef TRANSEPT_RUNTIME_DECODE_CROSSATTENTION_H
#define TRANSEPT_RUNTIME_DECODE_CROSSATTENTION_H

#include "runtime/engine/Handles.h"

#include <span>

namespace transept::runtime {

/// Where the weights of each cross-attention go, null for those that are not wanted: for each
/// source [heads, target rows, source length], one source after another.
using AttentionWeights = std::span<float *const>;

/// Heads of cross-attention `index`.
std::int64_t crossAttentionHeads(const transept_model_table &table, std::size_t index);

/// Feeds `ids` (checked) to an empty target sequence over each source.
void crossAttention(Engine &engine, std::span<transept_source *const> sources,
                    std::span<const std::span<const std::int32_t>> ids, AttentionWeights weights);

/// Runs decode on rows [offsets[i], offsets[i + 1]) of `features` over source i. Throws Error for
/// numbers that are not finite.
void transform(Engine &engine, std::span<transept_source *const> sources, const float *features,
               std::span<const std::uint64_t> offsets, float *states, AttentionWeights weights);

} // namespace transept::runtime

#endif

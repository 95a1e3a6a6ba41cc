// SPDX-License-Identifier: Apache-2.0
//
// Layers as T5 has them, under names of others: no biases, no scale of attention, root-mean-square
// norms, a gated feed-forward, buckets of distances.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_PLAINLAYERS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_PLAINLAYERS_H

#include "compiler/frontend/families/Parts.h"

namespace transept::frontend {

struct LayerSizes {
  int64_t hidden, heads, headDim, width;
  double epsilon;
  Activation activation;
};

Norm rootMeanSquare(const std::string &name, const LayerSizes &sizes);
/// Of `module`.query, .key, .value and .output; `memory` is the width of what keys and values read.
Attention plainAttention(const std::string &module, const std::string &norm,
                         const LayerSizes &sizes, int64_t memory);
/// Of `module`.wi_0, .wi_1 and .wo.
FeedForward gatedLayers(const std::string &module, const std::string &norm,
                        const LayerSizes &sizes);
/// Of a target, by the fields relative_attention_*.
RelativeBias relativeBuckets(JsonFields &config, const std::string &table);

} // namespace transept::frontend

#endif

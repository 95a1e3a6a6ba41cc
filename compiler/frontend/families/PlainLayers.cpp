// SPDX-License-Identifier: Apache-2.0
//
// Writes these layers down.

#include "compiler/frontend/families/PlainLayers.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

Norm rootMeanSquare(const std::string &name, const LayerSizes &sizes) {
  Norm norm = gainNorm(name, sizes.epsilon);
  norm.kind = NormKind::RootMeanSquare;
  return norm;
}

static Linear withoutBias(const std::string &name, int64_t inputs, int64_t outputs) {
  Linear result = linear(name, inputs, outputs);
  result.bias.reset();
  return result;
}

Attention plainAttention(const std::string &module, const std::string &norm,
                         const LayerSizes &sizes, int64_t memory) {
  Attention result;
  int64_t inner = sizes.heads * sizes.headDim;
  result.headCount = sizes.heads;
  result.headDim = sizes.headDim;
  result.query = withoutBias(module + ".query", sizes.hidden, inner);
  result.key = withoutBias(module + ".key", memory, inner);
  result.value = withoutBias(module + ".value", memory, inner);
  result.output = withoutBias(module + ".output", inner, sizes.hidden);
  result.norm = rootMeanSquare(norm, sizes);
  return result;
}

FeedForward gatedLayers(const std::string &module, const std::string &norm,
                        const LayerSizes &sizes) {
  FeedForward result;
  result.activation = sizes.activation;
  result.input = withoutBias(module + ".wi_0", sizes.hidden, sizes.width);
  result.gate = withoutBias(module + ".wi_1", sizes.hidden, sizes.width);
  result.output = withoutBias(module + ".wo", sizes.width, sizes.hidden);
  result.norm = rootMeanSquare(norm, sizes);
  return result;
}

RelativeBias relativeBuckets(JsonFields &config, const std::string &table) {
  int64_t buckets = sizeField(config, "relative_attention_num_buckets", 32);
  int64_t distance = sizeField(config, "relative_attention_max_distance", 128);
  if (buckets < 2)
    refuseValue(buckets, config.where("relative_attention_num_buckets"), "2 or more");
  if (distance <= buckets / 2)
    refuseValue(distance, config.where("relative_attention_max_distance"),
                fmt::format("more than half of relative_attention_num_buckets = {}", buckets));
  return {.table = tensor(table),
          .bucketCount = buckets,
          .maximumDistance = distance,
          .isBidirectional = false};
}

} // namespace transept::frontend

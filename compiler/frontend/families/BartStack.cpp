// SPDX-License-Identifier: Apache-2.0
//
// q_proj, k_proj, v_proj, out_proj, fc1 and fc2, with a norm after or before each sublayer.

#include "compiler/frontend/families/BartStack.h"

#include "compiler/frontend/families/ConfigRules.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

Attention bartAttention(const std::string &module, const BartSide &side, int64_t memory,
                        int64_t heads) {
  Attention result = attention({.query = module + ".q_proj",
                                .key = module + ".k_proj",
                                .value = module + ".v_proj",
                                .output = module + ".out_proj",
                                .norm = module + "_layer_norm"},
                               {.hidden = side.hidden, .memory = memory, .heads = heads});
  if (!side.hasKeyBias)
    result.key.bias.reset();
  return result;
}

} // namespace

Stack bartStack(const BartSide &side, JsonFields &config, FamilyResult &result) {
  std::string layers = side.side + "_layers", heads = side.side + "_attention_heads";
  std::string width = side.side + "_ffn_dim";
  Stack stack;
  config.markRead("num_hidden_layers");
  stack.layerCount = layerCountField(config, layers, side.defaults.layers,
                                     side.hasGeneralLayerCount ? "num_hidden_layers" : "");
  int64_t headCount =
      headCountField(config, heads, side.defaults.heads,
                     side.isGeneral ? "num_attention_heads" : "", side.hidden, side.hiddenKey);
  int64_t feedForward = sizeField(config, width, side.defaults.feedForward);

  stack.hiddenSize = side.hidden;
  stack.normPlacement = side.placement;
  std::string layer = side.module + ".layers.{layer}.";
  stack.selfAttention = bartAttention(layer + "self_attn", side, side.hidden, headCount);
  if (side.memory > 0)
    stack.crossAttention = bartAttention(layer + "encoder_attn", side, side.memory, headCount);
  stack.feedForward.activation = side.activation;
  stack.feedForward.input = linear(layer + "fc1", side.hidden, feedForward);
  stack.feedForward.output = linear(layer + "fc2", feedForward, side.hidden);
  stack.feedForward.norm = layerNorm(layer + "final_layer_norm");
  if (side.hasFinalNorm)
    stack.finalNorm = layerNorm(side.module + ".layer_norm");
  result.shapeOrigins.push_back(
      {side.memory > 0 ? "target.feedForward" : "source.feedForward",
       fmt::format("{} = {} and {} = {}", side.hiddenKey, side.hidden, width, feedForward)});
  return stack;
}

double embeddingScale(JsonFields &config, int64_t hidden, bool fallback) {
  return config.boolean("scale_embedding", fallback) ? std::sqrt(double(hidden)) : 1.0;
}

} // namespace transept::frontend

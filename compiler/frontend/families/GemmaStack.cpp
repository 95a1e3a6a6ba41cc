// SPDX-License-Identifier: Apache-2.0
//
// The layers of Gemma 2 and 3, as encoder or as decoder.

#include "compiler/frontend/families/GemmaStack.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/GemmaLayers.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

Norm gemmaNorm(const std::string &name, double epsilon) {
  return {.kind = NormKind::RootMeanSquare,
          .epsilon = epsilon,
          .gain = tensor(name + ".weight"),
          .bias = std::nullopt,
          .gainOffset = 1.0};
}

Linear withoutBias(const std::string &name, int64_t inputs, int64_t outputs) {
  return {tensor(name + ".weight"), std::nullopt, inputs, outputs};
}

class GemmaMapping {
public:
  explicit GemmaMapping(const GemmaSide &side)
      : side(side), config(side.config), module(side.module), memory(side.memory),
        traits(side.traits) {}

  Stack describe(FamilyResult &result) {
    readSizes();
    std::string layer = module + "layers.{layer}.";
    Stack stack;
    stack.layerCount = layers;
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Sandwich;
    stack.embedding.scale = std::sqrt(double(hidden));
    stack.selfAttention = attention(layer + "self_attn", layer + "{}_self_attn_layernorm", hidden);
    if (headDim % 2 != 0)
      refuseValue(headDim, config.where("head_dim"), "an even number");
    stack.selfAttention.variants = gemmaVariants(side, layers, headDim);
    if (memory != 0 && traits.isMerged)
      stack.selfAttention.mergesSource = true;
    else if (memory != 0)
      stack.crossAttention =
          attention(layer + "cross_attn", layer + "{}_cross_attn_layernorm", memory);
    FeedForward &feedForward = stack.feedForward;
    feedForward.activation = activationField(config, "hidden_activation", "gelu_pytorch_tanh");
    feedForward.input = withoutBias(layer + "mlp.gate_proj", hidden, width);
    feedForward.gate = withoutBias(layer + "mlp.up_proj", hidden, width);
    feedForward.output = withoutBias(layer + "mlp.down_proj", width, hidden);
    feedForward.norm = gemmaNorm(layer + "pre_feedforward_layernorm", epsilon);
    feedForward.postNorm = gemmaNorm(layer + "post_feedforward_layernorm", epsilon);
    stack.finalNorm = gemmaNorm(module + "norm", epsilon);
    result.shapeOrigins.push_back(
        {memory != 0 ? "target" : "source",
         fmt::format("{}: hidden_size = {}, num_attention_heads = {}, num_key_value_heads = {}, "
                     "head_dim = {} and intermediate_size = {}",
                     config.origin(), hidden, heads, keyHeads, headDim, width)});
    return stack;
  }

private:
  void readSizes() {
    hidden = sizeField(config, "hidden_size", 2304);
    width = sizeField(config, "intermediate_size", 9216);
    layers = layerCountField(config, "num_hidden_layers", 26);
    heads = sizeField(config, "num_attention_heads", 8);
    keyHeads = sizeField(config, "num_key_value_heads", 4);
    headDim = sizeField(config, "head_dim", 256);
    epsilon = config.number("rms_norm_eps", 1e-6, epsilonRange);
    if (traits.softCap)
      softCap = softCapField(config, "attn_logit_softcapping", traits.softCap);
    config.markRead("attn_logit_softcapping");
    if (heads % keyHeads != 0)
      refuseValue(keyHeads, config.where("num_key_value_heads"),
                  fmt::format("a divisor of num_attention_heads = {}", heads));
    if (config.boolean("attention_bias", false))
      refuseValue(true, config.where("attention_bias"), "false: this is not supported");
    // Lengths are bounded by nothing, and the vocabulary is the whole model's.
    for (const char *key : {"max_position_embeddings", "vocab_size"})
      config.markRead(key);
  }

  /// `norm`: the name of both norms, with "{}" for pre or post.
  Attention attention(const std::string &name, const std::string &norm, int64_t keyInputs) {
    auto normName = [&](const char *place) {
      std::string result = norm;
      return result.replace(result.find("{}"), 2, place);
    };
    Attention attention;
    attention.headCount = heads;
    attention.headDim = headDim;
    attention.keyHeadCount = keyHeads;
    attention.scale = 1 / std::sqrt(config.number("query_pre_attn_scalar", 256, {1e-9, 1e18}));
    attention.softCap = softCap;
    attention.query = withoutBias(name + ".q_proj", hidden, heads * headDim);
    attention.key = withoutBias(name + ".k_proj", keyInputs, keyHeads * headDim);
    attention.value = withoutBias(name + ".v_proj", keyInputs, keyHeads * headDim);
    attention.output = withoutBias(name + ".o_proj", heads * headDim, hidden);
    attention.norm = gemmaNorm(normName("pre"), epsilon);
    attention.postNorm = gemmaNorm(normName("post"), epsilon);
    if (traits.hasHeadNorms) {
      attention.queryNorm = gemmaNorm(name + ".q_norm", epsilon);
      attention.keyNorm = gemmaNorm(name + ".k_norm", epsilon);
    }
    return attention;
  }

  const GemmaSide &side;
  JsonFields &config;
  const std::string module;
  const int64_t memory;
  const GemmaTraits &traits;
  int64_t hidden = 0, width = 0, layers = 0, heads = 0, keyHeads = 0, headDim = 0;
  double epsilon = 0;
  std::optional<double> softCap;
};

} // namespace

Stack gemmaStack(const GemmaSide &side, FamilyResult &result) {
  return GemmaMapping(side).describe(result);
}

} // namespace transept::frontend

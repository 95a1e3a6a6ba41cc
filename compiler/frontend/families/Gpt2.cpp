// SPDX-License-Identifier: Apache-2.0
//
// GPT-2, with cross-attention as a target or alone: pre-norm, learned positions from 0, weights
// stored [inputs, outputs], query, key and value in one.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Sides.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

Linear transposed(const std::string &name, int64_t inputs, int64_t outputs) {
  Linear result = linear(name, inputs, outputs);
  result.weight.isTransposed = true;
  return result;
}

struct Gpt2Attention {
  int64_t hidden, memory, heads;
  double scale, epsilon;

  Attention self(const std::string &module, const std::string &norm) const {
    Linear fused = transposed(module + ".c_attn", hidden, 3 * hidden);
    return make(outputsOf(fused, 0, hidden), outputsOf(fused, hidden, hidden),
                outputsOf(fused, 2 * hidden, hidden), module, norm);
  }

  Attention cross(const std::string &module, const std::string &norm) const {
    Linear fused = transposed(module + ".c_attn", memory, 2 * hidden);
    return make(transposed(module + ".q_attn", hidden, hidden), outputsOf(fused, 0, hidden),
                outputsOf(fused, hidden, hidden), module, norm);
  }

private:
  Attention make(const Linear &query, const Linear &key, const Linear &value,
                 const std::string &module, const std::string &norm) const {
    Attention result =
        attention({}, {.hidden = hidden, .memory = memory, .heads = heads, .epsilon = epsilon});
    if (scale != 0.0)
      result.scale = scale;
    result.query = query;
    result.key = key;
    result.value = value;
    result.output = transposed(module + ".c_proj", hidden, hidden);
    result.norm = layerNorm(norm, epsilon);
    return result;
  }
};

/// The model under `model`, with its head. `memory` is the width that cross-attention reads, 0 for
/// none.
void describeStack(Side &side, const std::string &model, const std::string &head, int64_t memory) {
  JsonFields &config = side.config;
  config.markRead("is_decoder"); // GPT-2 never looks ahead
  if (config.boolean("scale_attn_by_inverse_layer_idx", false))
    refuseValue(true, config.where("scale_attn_by_inverse_layer_idx"), "false");
  int64_t hidden = sizeField(config, "n_embd", 768, "hidden_size");
  int64_t width = sizeField(config, "n_inner", 4 * hidden);
  int64_t vocabulary = sizeField(config, "vocab_size", 50257);
  bool isScaled = config.boolean("scale_attn_weights", true);
  const Gpt2Attention attention = {
      .hidden = hidden,
      .memory = memory,
      .heads = headCountField(config, "n_head", 12, "num_attention_heads", hidden, "n_embd"),
      .scale = isScaled ? 0.0 : 1.0,
      .epsilon = config.number("layer_norm_epsilon", 1e-5, epsilonRange)};

  std::string layer = model + "h.{layer}.";
  Stack &stack = side.result.description.target;
  stack.layerCount = layerCountField(config, "n_layer", 12, "num_hidden_layers");
  stack.hiddenSize = hidden;
  stack.normPlacement = NormPlacement::Pre;
  stack.embedding.positions = learnedPositions(
      model + "wpe.weight", sizeField(config, "n_positions", 1024, "max_position_embeddings"));
  stack.selfAttention = attention.self(layer + "attn", layer + "ln_1");
  if (memory > 0)
    stack.crossAttention = attention.cross(layer + "crossattention", layer + "ln_cross_attn");
  stack.feedForward.activation = activationField(config, "activation_function", "gelu_new");
  stack.feedForward.input = transposed(layer + "mlp.c_fc", hidden, width);
  stack.feedForward.output = transposed(layer + "mlp.c_proj", width, hidden);
  stack.feedForward.norm = layerNorm(layer + "ln_2", attention.epsilon);
  stack.finalNorm = layerNorm(model + "ln_f", attention.epsilon);
  setTargetWords(side.config, side.checkpoint, side.result,
                 {.vocabulary = vocabulary,
                  .embedding = model + "wte.weight",
                  .head = head,
                  .isVersion5 = side.isVersion5});
  // Causal masks, which older files hold.
  for (int64_t index = 0; index < stack.layerCount; ++index)
    for (const char *mask :
         {"attn.bias", "attn.masked_bias", "crossattention.bias", "crossattention.masked_bias"})
      side.result.unusedTensors.push_back(checkpoints::layerName(layer, index) + mask);
  side.result.shapeOrigins.push_back(
      {"target", fmt::format("{}: n_embd = {} and n_inner = {}", config.origin(), hidden, width)});
}

} // namespace

void describeGpt2Target(Side &side) {
  requireFlag(side.config, "add_cross_attention", "a target reads the source");
  int64_t hidden = sizeField(side.config, "n_embd", 768, "hidden_size");
  describeStack(side, "decoder.transformer.", "decoder.lm_head.weight",
                memoryWidth(side, hidden, CrossWidth::Hidden));
}

FamilyResult describeGpt2(FamilyInput &input) {
  refuseUnsupportedFields(input.config, ConfigRole::Target);
  if (input.config.boolean("add_cross_attention", false))
    refuseValue(true, input.config.where("add_cross_attention"), "false: alone it has no source");
  if (auto width = input.config.optionalInteger("cross_attention_hidden_size", sizeRange))
    refuseValue(*width, input.config.where("cross_attention_hidden_size"), "null");
  FamilyResult result;
  result.description.family = std::string(input.modelType);
  Side side{input.config, input.checkpoint, result, isWrittenByVersion5(input.config)};
  // The base class has no name for it.
  std::string prefix = input.checkpoint.find("transformer.wte.weight") ? "transformer." : "";
  describeStack(side, prefix, "lm_head.weight", /*memory=*/0);
  result.specialIds = {.endId = 50256}; // nothing stands before a prompt, no bos_token_id either
  return result;
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// torch.nn.Transformer between two token embeddings and a generator, as the tutorials write it: the
// names are torch's, query, key and value are stored in one, interleaved sinusoids are added to
// scaled embeddings, and there is a norm after each stack, be the layers post-norm or pre-norm.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

struct TorchStack {
  int64_t hidden, heads, width;
  double epsilon;
  Activation activation;
  NormPlacement placement;

  Attention attention(const std::string &module, const std::string &norm) const {
    Attention result = frontend::attention(
        {.query = "", .key = "", .value = "", .output = module + ".out_proj", .norm = norm},
        {.hidden = hidden, .memory = hidden, .heads = heads, .epsilon = epsilon});
    const Linear fused = {tensor(module + ".in_proj_weight"), tensor(module + ".in_proj_bias"),
                          hidden, 3 * hidden};
    result.query = outputsOf(fused, 0, hidden);
    result.key = outputsOf(fused, hidden, hidden);
    result.value = outputsOf(fused, 2 * hidden, hidden);
    return result;
  }

  Stack describe(const std::string &side, bool hasCrossAttention) const {
    std::string module = "transformer." + side, layer = module + ".layers.{layer}.";
    Stack stack;
    stack.hiddenSize = hidden;
    stack.normPlacement = placement;
    stack.selfAttention = attention(layer + "self_attn", layer + "norm1");
    if (hasCrossAttention)
      stack.crossAttention = attention(layer + "multihead_attn", layer + "norm2");
    stack.feedForward.activation = activation;
    stack.feedForward.input = linear(layer + "linear1", hidden, width);
    stack.feedForward.output = linear(layer + "linear2", width, hidden);
    stack.feedForward.norm = layerNorm(layer + (hasCrossAttention ? "norm3" : "norm2"), epsilon);
    stack.finalNorm = layerNorm(module + ".norm", epsilon);
    return stack;
  }
};

int64_t requiredSize(JsonFields &config, const std::string &key) {
  if (!config.find(key))
    throw InputError(config.where(key) + " is missing");
  return sizeField(config, key, 0);
}

} // namespace

FamilyResult describeTorchTransformer(FamilyInput &input) {
  JsonFields &config = input.config;
  refuseUnsupportedFields(config);
  if (!config.boolean("bias", true))
    refuseValue(false, config.where("bias"), "true");
  if (config.boolean("tie_word_embeddings", false))
    refuseValue(true, config.where("tie_word_embeddings"), "false: the generator has a weight");
  int64_t hidden = sizeField(config, "d_model", 512);
  if (hidden % 2 != 0)
    refuseValue(hidden, config.where("d_model"), "an even number: sines and cosines in turn");
  const TorchStack layout = {
      .hidden = hidden,
      .heads = headCountField(config, "nhead", 8, "", hidden, "d_model"),
      .width = sizeField(config, "dim_feedforward", 2048),
      .epsilon = config.number("layer_norm_eps", 1e-5, epsilonRange),
      .activation = activationField(config, "activation", "relu"),
      .placement = config.boolean("norm_first", false) ? NormPlacement::Pre : NormPlacement::Post};
  int64_t vocabulary = requiredSize(config, "vocab_size");
  int64_t length = requiredSize(config, "max_len");
  config.markRead("batch_first"); // how torch lays out batches

  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  description.source = layout.describe("encoder", /*hasCrossAttention=*/false);
  description.target = layout.describe("decoder", /*hasCrossAttention=*/true);
  description.source.layerCount = layerCountField(config, "num_encoder_layers", 6);
  description.target.layerCount = layerCountField(config, "num_decoder_layers", 6);
  for (Stack *stack : {&description.source, &description.target}) {
    Embedding &embedding = stack->embedding;
    embedding.weight =
        tensor(stack == &description.source ? "src_embed.weight" : "tgt_embed.weight");
    embedding.vocabularySize = vocabulary;
    embedding.scale = std::sqrt(double(hidden));
    embedding.positions.kind = PositionKind::SinusoidalInterleaved;
    embedding.positions.length = length;
  }
  description.logits.weight = tensor("generator.weight");
  description.logits.bias = tensor("generator.bias");

  std::string words = fmt::format("vocab_size = {} and d_model = {}", vocabulary, hidden);
  for (const char *role : {"source.embedding", "target.embedding", "logits"})
    result.shapeOrigins.push_back({role, words});
  result.shapeOrigins.push_back(
      {"", fmt::format("d_model = {} and dim_feedforward = {}", hidden, layout.width)});
  return result;
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// Moonshine: samples of sound through three convolutions without padding, of which the first is
// normalized over the whole utterance; rotary positions on both sides, of neighbouring columns and
// of a part of each head; a gated decoder, whose first layer has the values before the gates. The
// class counts heads of queries by those of keys, and those of both sides by the decoder's, so that
// all four must be the same.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"
#include "compiler/frontend/families/RotaryFields.h"

#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

class MoonshineMapping {
public:
  explicit MoonshineMapping(FamilyInput &input)
      : config(input.config), checkpoint(input.checkpoint), prefix(modelPrefix(checkpoint)) {
    refuseUnsupportedFields(config, ConfigRole::Model, rotaryFieldNames);
    result.description.family = std::string(input.modelType);
    hidden = sizeField(config, "hidden_size", 288);
    width = sizeField(config, "intermediate_size", 1152);
    hasBias = config.boolean("attention_bias", false);
    // Neither lengths nor how fast heads are computed change a number.
    for (const char *key : {"max_position_embeddings", "pad_head_dim_to_multiple_of"})
      config.markRead(key);
    readHeads();
  }

  FamilyResult describe() {
    Description &description = result.description;
    description.source = stack("encoder");
    description.target = stack("decoder");
    description.source.embedding.features = features();
    setTargetWords(config, checkpoint, result,
                   {.vocabulary = sizeField(config, "vocab_size", 32768),
                    .embedding = prefix + "decoder.embed_tokens.weight",
                    .head = "proj_out.weight",
                    .isVersion5 = isWrittenByVersion5(config)});
    result.specialIds = {.decoderStartId = 1, .beginningId = 1, .endId = 2};
    result.shapeOrigins.push_back(
        {"", fmt::format("hidden_size = {}, intermediate_size = {} and {} heads of {}", hidden,
                         width, heads, headDim)});
    return std::move(result);
  }

private:
  void readHeads() {
    heads = headCountField(config, "encoder_num_attention_heads", 8, "num_attention_heads", hidden,
                           "hidden_size");
    for (const char *key : {"decoder_num_attention_heads", "encoder_num_key_value_heads",
                            "decoder_num_key_value_heads"})
      if (int64_t other = sizeField(config, key, heads); other != heads)
        refuseValue(other, config.where(key), fmt::format("the encoder's {} heads", heads));
    headDim = sizeField(config, "head_dim", hidden / heads);
    rotary = rotaryField(config, headDim, {.part = 0.9});
    rotary.isInterleaved = true;
  }

  Features features() const {
    Features features;
    features.width = 1;
    int64_t channels = 1, number = 0;
    const std::array<std::array<int64_t, 3>, 3> sizes = {
        {{127, 64, hidden}, {7, 3, 2 * hidden}, {3, 2, hidden}}};
    for (auto [kernel, stride, outputs] : sizes) {
      std::string name = fmt::format("{}encoder.conv{}", prefix, ++number);
      features.convolutions.push_back({.kernelSize = kernel,
                                       .stride = stride,
                                       .linear = linear(name, kernel * channels, outputs),
                                       .gate = std::nullopt,
                                       .activation = Activation::Gelu});
      channels = outputs;
    }
    Convolution &first = features.convolutions.front();
    first.linear.bias.reset();
    first.activation = Activation::Tanh;
    first.norm = layerNorm(prefix + "encoder.groupnorm");
    first.norm->kind = NormKind::Sequence;
    return features;
  }

  Stack stack(const std::string &side) {
    bool isTarget = side == "decoder";
    std::string layer = prefix + side + ".layers.{layer}.";
    Stack stack;
    stack.layerCount = layerCountField(config, side + "_num_hidden_layers", 6,
                                       isTarget ? "" : "num_hidden_layers");
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Pre;
    stack.selfAttention = attention(layer + "self_attn", layer + "input_layernorm");
    stack.selfAttention.variants = {{.rotary = rotary, .window = std::nullopt}};
    if (isTarget)
      stack.crossAttention = attention(layer + "encoder_attn", layer + "post_attention_layernorm");
    FeedForward &feedForward = stack.feedForward;
    feedForward.activation =
        activationField(config, side + "_hidden_act", isTarget ? "silu" : "gelu");
    feedForward.input = linear(layer + "mlp.fc1", hidden, width);
    if (isTarget) {
      Linear both = linear(layer + "mlp.fc1", hidden, 2 * width);
      feedForward.input = outputsOf(both, width, width);
      feedForward.gate = outputsOf(both, 0, width);
    }
    feedForward.output = linear(layer + "mlp.fc2", width, hidden);
    feedForward.norm =
        gainNorm(layer + (isTarget ? "final_layernorm" : "post_attention_layernorm"));
    stack.finalNorm = gainNorm(prefix + side + (isTarget ? ".norm" : ".layer_norm"));
    return stack;
  }

  Attention attention(const std::string &name, const std::string &norm) const {
    Attention attention = frontend::attention({.query = name + ".q_proj",
                                               .key = name + ".k_proj",
                                               .value = name + ".v_proj",
                                               .output = name + ".o_proj",
                                               .norm = norm},
                                              {hidden, hidden, heads, /*epsilon=*/1e-5, headDim});
    attention.norm = gainNorm(norm);
    attention.output.bias.reset();
    if (!hasBias)
      for (Linear *each : {&attention.query, &attention.key, &attention.value})
        each->bias.reset();
    return attention;
  }

  JsonFields &config;
  const checkpoints::Checkpoint &checkpoint;
  const std::string prefix;
  FamilyResult result;
  int64_t hidden = 0, width = 0, heads = 0, headDim = 0;
  Rotary rotary;
  bool hasBias = false;
};

} // namespace

FamilyResult describeMoonshine(FamilyInput &input) {
  return MoonshineMapping(input).describe();
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// Moonshine Streaming: frames of samples, through convolutions that look back; an encoder without
// positions, whose layers see windows; Moonshine's decoder, which adds positions to what it reads.
// Of its heads the class counts queries by keys, so that both must be as many; and it takes rope
// fields outside of rope_parameters only together with that.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Generation.h"
#include "compiler/frontend/families/MoonshineFrames.h"
#include "compiler/frontend/families/Parts.h"
#include "compiler/frontend/families/RotaryFields.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

const Json noFields = Json::object();
constexpr std::array<std::string_view, 5> honouredFields = {
    "num_key_value_heads", "partial_rotary_factor", "rope_parameters", "rope_scaling",
    "rope_theta"};

/// One side: its sizes, and what the layers of both have.
class Side {
public:
  Side(JsonFields &config, const std::string &module, std::optional<int64_t> usualKeyHeads)
      : config(config), module(module), layer(module + "layers.{layer}.") {
    refuseUnsupportedFields(config, usualKeyHeads ? ConfigRole::Source : ConfigRole::Model,
                            honouredFields);
    for (std::string_view key : honouredFields)
      config.markRead(std::string(key));
    // How fast heads are computed, and the length that an encoder without positions has.
    for (const char *key : {"pad_head_dim_to_multiple_of", "max_position_embeddings"})
      config.markRead(key);
    hidden = sizeField(config, "hidden_size", 320);
    width = sizeField(config, "intermediate_size", 1280);
    heads = sizeField(config, "num_attention_heads", 8);
    headDim = sizeField(config, "head_dim", std::max<int64_t>(hidden / heads, 1));
    keyHeads = sizeField(config, "num_key_value_heads", usualKeyHeads.value_or(heads));
    if (usualKeyHeads ? heads % keyHeads != 0 : heads != keyHeads)
      refuseValue(
          keyHeads, config.where("num_key_value_heads"),
          fmt::format("{}num_attention_heads = {}", usualKeyHeads ? "a divisor of " : "", heads));
  }

  /// What both sides have of a stack, with self-attention but for its norm.
  Stack stack() {
    Stack stack;
    stack.layerCount = layerCountField(config, "num_hidden_layers", 6);
    stack.hiddenSize = hidden;
    stack.normPlacement = NormPlacement::Pre;
    stack.selfAttention = attention("self_attn");
    stack.feedForward.input = linear(layer + "mlp.fc1", hidden, width);
    stack.feedForward.output = linear(layer + "mlp.fc2", width, hidden);
    return stack;
  }

  Attention attention(const std::string &name) {
    Attention result = frontend::attention({.query = layer + name + ".q_proj",
                                            .key = layer + name + ".k_proj",
                                            .value = layer + name + ".v_proj",
                                            .output = layer + name + ".o_proj",
                                            .norm = ""},
                                           {hidden, hidden, heads, /*epsilon=*/1e-5, headDim});
    if (keyHeads != heads)
      result.keyHeadCount = keyHeads;
    result.key.outputs = result.value.outputs = keyHeads * headDim;
    if (!config.boolean("attention_bias", false))
      for (Linear *each : {&result.query, &result.key, &result.value, &result.output})
        each->bias.reset();
    return result;
  }

  std::string origin() const {
    return fmt::format("{}: hidden_size = {}, intermediate_size = {} and {} heads of {}",
                       config.origin(), hidden, width, heads, headDim);
  }

  JsonFields &config;
  const std::string module, layer;
  int64_t hidden = 0, width = 0, heads = 0, keyHeads = 0, headDim = 0;
};

Stack decoderStack(Side &side) {
  Stack stack = side.stack();
  bool hasRope = side.config.find("rope_parameters") || side.config.find("rope_scaling");
  JsonFields usual(noFields, side.config.origin());
  Rotary rotary =
      rotaryField(hasRope ? side.config : usual, side.headDim, {.part = hasRope ? 1.0 : 0.8});
  rotary.isInterleaved = true;
  stack.selfAttention.norm = gainNorm(side.layer + "input_layernorm");
  stack.selfAttention.variants = {{.rotary = rotary, .window = std::nullopt}};
  stack.crossAttention = side.attention("encoder_attn");
  stack.crossAttention->norm = gainNorm(side.layer + "post_attention_layernorm");
  stack.selfAttention.output.bias = stack.crossAttention->output.bias = std::nullopt;
  stack.feedForward.activation = activationField(side.config, "hidden_act", "silu");
  Linear both = linear(side.layer + "mlp.fc1", side.hidden, 2 * side.width);
  stack.feedForward.input = outputsOf(both, side.width, side.width);
  stack.feedForward.gate = outputsOf(both, 0, side.width);
  stack.feedForward.norm = gainNorm(side.layer + "final_layernorm");
  stack.finalNorm = gainNorm(side.module + "norm");
  return stack;
}

} // namespace

FamilyResult describeMoonshineStreaming(FamilyInput &input) {
  JsonFields &config = input.config;
  JsonFields encoderConfig(objectField(config, "encoder_config"), config.where("encoder_config"));
  const std::string prefix = modelPrefix(input.checkpoint);
  Side encoder(encoderConfig, prefix + "encoder.", 8), decoder(config, prefix + "decoder.", {});
  FamilyResult result;
  Description &description = result.description;
  description.family = std::string(input.modelType);
  description.source = encoder.stack();
  hearFrames(encoderConfig, input.checkpoint, encoder.module, description.source);
  description.target = decoderStack(decoder);
  description.memoryPositions = learnedPositions(
      decoder.module + "pos_emb.weight", sizeField(config, "max_position_embeddings", 4096));
  if (encoder.hidden != decoder.hidden) {
    description.projection = linear(decoder.module + "proj", encoder.hidden, decoder.hidden);
    description.projection->bias.reset();
  }
  setTargetWords(config, input.checkpoint, result,
                 {.vocabulary = sizeField(config, "vocab_size", 32768),
                  .embedding = decoder.module + "embed_tokens.weight",
                  .head = "proj_out.weight",
                  .isVersion5 = isWrittenByVersion5(config),
                  .isTied = false});
  result.specialIds = {.beginningId = 1, .paddingId = 0, .endId = 2};
  result.shapeOrigins = {{"source", encoder.origin()}, {"", decoder.origin()}};
  result.unusedTensors.push_back(encoder.module + "embedder.comp.log_k");
  markGenerationFields(encoderConfig);
  warnUnknownFields(encoderConfig, input.warnings);
  return result;
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// BLIP as it writes captions: a ViT with query, key and value in one matrix, and BERT as a causal
// target without segments, whose head is never its embedding. Its generate function starts with
// bos_token_id, ends with sep_token_id, and reads no generation_config.json.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Generation.h"
#include "compiler/frontend/families/Sides.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

void describeImages(Side &side) {
  JsonFields &config = side.config;
  int64_t hidden = sizeField(config, "hidden_size", 768);
  int64_t width = sizeField(config, "intermediate_size", 3072);
  int64_t heads = headCountField(config, "num_attention_heads", 12, "", hidden, "hidden_size");
  double epsilon = config.number("layer_norm_eps", 1e-5, epsilonRange);
  config.markRead("projection_dim"); // of another class
  Stack &stack = side.result.description.source;
  stack.layerCount = layerCountField(config, "num_hidden_layers", 12);
  stack.hiddenSize = hidden;
  stack.normPlacement = NormPlacement::Pre;
  const std::string module = "vision_model.";
  Features features = imagePatches(
      side, {module + "embeddings.patch_embedding", {module + "embeddings.class_embedding"}},
      hidden,
      /*imageSize=*/384);
  stack.embedding.positions =
      learnedPositions(module + "embeddings.position_embedding", features.length + 1);
  stack.embedding.features = std::move(features);

  std::string layer = module + "encoder.layers.{layer}.";
  std::string whole = layer + "self_attn.qkv";
  Attention &self = stack.selfAttention =
      attention({.query = whole,
                 .key = whole,
                 .value = whole,
                 .output = layer + "self_attn.projection",
                 .norm = layer + "layer_norm1"},
                {.hidden = hidden, .memory = hidden, .heads = heads, .epsilon = epsilon});
  int64_t begin = 0;
  for (Linear *each : {&self.query, &self.key, &self.value})
    *each = outputsOf(*each, hidden * begin++, hidden);
  stack.feedForward.activation = activationField(config, "hidden_act", "gelu");
  stack.feedForward.input = linear(layer + "mlp.fc1", hidden, width);
  stack.feedForward.output = linear(layer + "mlp.fc2", width, hidden);
  stack.feedForward.norm = layerNorm(layer + "layer_norm2", epsilon);
  stack.finalNorm = layerNorm(module + "post_layernorm", epsilon);
  side.result.shapeOrigins.push_back(
      {"source", fmt::format("{}: hidden_size = {} and intermediate_size = {}", config.origin(),
                             hidden, width)});
}

void describeText(Side &side) {
  JsonFields &config = side.config;
  if (!config.boolean("is_decoder", true))
    refuseValue(false, config.where("is_decoder"), "true: a target may not look ahead");
  // The width of the images' rows counts, whatever encoder_hidden_size says.
  for (const char *key : {"encoder_hidden_size", "projection_dim", "label_smoothing"})
    config.markRead(key);
  bertTarget(side, {.prefix = "text_decoder.",
                    .memory = side.result.description.source.hiddenSize,
                    .vocabulary = 30524,
                    .heads = 8,
                    .hasSegments = false,
                    .mayBeTied = false});
  side.result.specialIds = {
      .decoderStartId = config.integer("bos_token_id", 30522, idRange),
      .paddingId = config.integer("pad_token_id", 0, idRange),
      .endId = config.integer("sep_token_id", 102, idRange),
      .maximumLength = config.integer("max_length", 20, sizeRange),
  };
}

} // namespace

FamilyResult describeBlip(FamilyInput &input) {
  refuseUnsupportedFields(input.config, ConfigRole::EncoderOfModel); // it says nothing of its sides
  for (const char *key :
       {"projection_dim", "logit_scale_init_value", "image_text_hidden_size", "label_smoothing"})
    input.config.markRead(key); // of training, and of other classes
  FamilyResult result;
  result.description.family = std::string(input.modelType);
  result.hasOwnGeneration = true;
  describePart(input, result, "vision_config", ConfigRole::Source, describeImages);
  describePart(input, result, "text_config", ConfigRole::Target, describeText);
  return result;
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// ViT and DeiT as sources: patches of an image through one linear layer, behind a class token
// (DeiT: and a distillation token); pre-norm with a final norm.

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Sides.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

/// One number for both sides of an image, or its height and width.
static Grid imageSizeField(JsonFields &config, int64_t fallback) {
  const std::string key = "image_size", where = config.where(key);
  const auto *sizes = config.find(key);
  if (!sizes || !sizes->is_array()) {
    int64_t both = sizeField(config, key, fallback);
    return {both, both};
  }
  if (sizes->size() != 2)
    refuseValue(*sizes, where, "a number, or two: height and width");
  return {toInteger((*sizes)[0], where + "[0]", sizeRange),
          toInteger((*sizes)[1], where + "[1]", sizeRange)};
}

Features imagePatches(Side &side, const PatchNames &names, int64_t hidden, int64_t imageSize,
                      Grid *grid) {
  JsonFields &config = side.config;
  const Grid image = imageSizeField(config, imageSize);
  int64_t patch = sizeField(config, "patch_size", names.patchSize);
  int64_t channels = sizeField(config, "num_channels", 3);
  for (int64_t each : {image.height, image.width}) {
    // Bounded, so that no product below overflows.
    if (each > 65536)
      refuseValue(each, config.where("image_size"), "at most 65536");
    if (patch > each || each % patch != 0)
      refuseValue(each, config.where("image_size"),
                  fmt::format("a multiple of patch_size = {}", patch));
  }
  if (channels > 1024 || channels * patch * patch > sizeRange.maximum)
    refuseValue(channels, config.where("num_channels"),
                fmt::format("at most 1024, and less for patch_size = {}", patch));
  Features features;
  features.width = channels * patch * patch;
  const Grid patches = {image.height / patch, image.width / patch};
  features.length = patches.height * patches.width;
  if (grid)
    *grid = patches;
  Convolution embedding;
  const std::string &projection = names.projection;
  embedding.linear = linear(projection, features.width, hidden);
  // A description knows how many numbers a patch has, but not how they are arranged.
  const std::vector<int64_t> shape = {hidden, channels, patch, patch};
  if (const auto *stored = side.checkpoint.find(projection + ".weight");
      stored && stored->shape != shape)
    throw InputError(fmt::format(
        "{}: tensor '{}' has shape {}, but must have {} (from {}: hidden_size, num_channels and "
        "patch_size)",
        stored->file, stored->name, checkpoints::formatShape(stored->shape),
        checkpoints::formatShape(shape), config.origin()));
  features.convolutions = {embedding};
  for (const std::string &token : names.tokens)
    features.leadingRows.push_back(tensor(token));
  side.result.shapeOrigins.push_back(
      {"source.embedding",
       fmt::format("{}: image_size = {} by {}, patch_size = {}, "
                   "num_channels = {} and hidden_size = {}",
                   config.origin(), image.height, image.width, patch, channels, hidden)});
  return features;
}

void describeVitSource(Side &side) {
  JsonFields &config = side.config;
  int64_t hidden = sizeField(config, "hidden_size", 768);
  int64_t width = sizeField(config, "intermediate_size", 3072);
  int64_t heads = headCountField(config, "num_attention_heads", 12, "", hidden, "hidden_size");
  double epsilon = config.number("layer_norm_eps", 1e-12, epsilonRange);
  Stack &stack = side.result.description.source;
  stack.layerCount = layerCountField(config, "num_hidden_layers", 12);
  stack.hiddenSize = hidden;
  stack.normPlacement = NormPlacement::Pre;
  PatchNames names{"encoder.embeddings.patch_embeddings.projection",
                   {"encoder.embeddings.cls_token"}};
  if (config.text("model_type", "") == "deit")
    names.tokens.push_back("encoder.embeddings.distillation_token");
  Features features = imagePatches(side, names, hidden, /*imageSize=*/224);
  int64_t rows = features.length + int64_t(features.leadingRows.size());
  stack.embedding.positions = learnedPositions("encoder.embeddings.position_embeddings", rows);
  stack.embedding.features = std::move(features);

  std::string layer = "encoder.encoder.layer.{layer}.";
  std::string module = layer + "attention.attention.";
  Attention &self = stack.selfAttention =
      attention({.query = module + "query",
                 .key = module + "key",
                 .value = module + "value",
                 .output = layer + "attention.output.dense",
                 .norm = layer + "layernorm_before"},
                {.hidden = hidden, .memory = hidden, .heads = heads, .epsilon = epsilon});
  if (!config.boolean("qkv_bias", true))
    for (Linear *each : {&self.query, &self.key, &self.value})
      each->bias.reset();
  stack.feedForward.activation = activationField(config, "hidden_act", "gelu");
  stack.feedForward.input = linear(layer + "intermediate.dense", hidden, width);
  stack.feedForward.output = linear(layer + "output.dense", width, hidden);
  stack.feedForward.norm = layerNorm(layer + "layernorm_after", epsilon);
  stack.finalNorm = layerNorm("encoder.layernorm", epsilon);
  side.result.unusedTensors.push_back("encoder.embeddings.mask_token"); // for training
  side.result.shapeOrigins.push_back(
      {"source", fmt::format("{}: hidden_size = {} and intermediate_size = {}", config.origin(),
                             hidden, width)});
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// DonutSwin as a source: Swin (Liu et al. 2021) without a norm at its end. Its class shifts tiles
// in every second layer unless one tile is as high or as wide as the grid, computes rows of zeros
// that fill a grid up to whole tiles as keys, and uses the norms' own epsilon, not that of the
// configuration, for embeddings and merged patches.

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/ListFields.h"
#include "compiler/frontend/families/Sides.h"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

class SwinMapping {
public:
  explicit SwinMapping(Side &side) : side(side), config(side.config) {}

  void describe() {
    std::vector<int64_t> depths = numbersField(config, "depths", {2, 2, 6, 2}, layerRange);
    std::vector<int64_t> heads = numbersField(config, "num_heads", {3, 6, 12, 24}, sizeRange);
    if (depths.empty() || depths.size() > maximumStages || heads.size() != depths.size())
      refuseValue(
          depths.size(), config.where("depths"),
          fmt::format("1 to {} numbers, as many as num_heads = {}", maximumStages, heads.size()));
    readFields();
    Stack &stack = side.result.description.source;
    stack.normPlacement = NormPlacement::Pre;
    stack.embedding.features =
        imagePatches(side, {"encoder.embeddings.patch_embeddings.projection", {}, 4}, width,
                     /*imageSize=*/224, &grid);
    stack.embedding.norm = layerNorm("encoder.embeddings.norm");
    for (size_t index = 0; index < depths.size(); ++index) {
      checkWindow();
      std::string module = fmt::format("encoder.encoder.layers.{}.", index);
      for (int64_t layer = 0; layer < depths[index]; ++layer)
        side.result.unusedTensors.push_back(
            fmt::format("{}blocks.{}.attention.self.relative_position_index", module, layer));
      Attention attention = this->attention(module, heads[index]);
      FeedForward feedForward = this->feedForward(module);
      if (index + 1 == depths.size()) {
        stack.layerCount = depths[index];
        stack.hiddenSize = width;
        stack.grid = grid;
        stack.selfAttention = std::move(attention);
        stack.feedForward = std::move(feedForward);
        break;
      }
      Linear reduction = linear(module + "downsample.reduction", 4 * width, 2 * width);
      reduction.bias.reset();
      stack.stages.push_back({.layerCount = depths[index],
                              .hiddenSize = width,
                              .grid = grid,
                              .selfAttention = std::move(attention),
                              .feedForward = std::move(feedForward),
                              .reductionNorm = layerNorm(module + "downsample.norm"),
                              .reduction = std::move(reduction)});
      width *= 2;
      grid = {(grid.height + 1) / 2, (grid.width + 1) / 2};
    }
    side.result.shapeOrigins.push_back(
        {"source", fmt::format("{}: embed_dim, depths, num_heads, window_size = {} and mlp_ratio",
                               config.origin(), window)});
  }

private:
  static constexpr size_t maximumStages = 16;

  void readFields() {
    width = config.integer("embed_dim", 96, {1, 65536});
    window = sizeField(config, "window_size", 7);
    epsilon = config.number("layer_norm_eps", 1e-5, epsilonRange);
    ratio = config.number("mlp_ratio", 4.0, {0.001, 1024});
    hasBias = config.boolean("qkv_bias", true);
    activation = activationField(config, "hidden_act", "gelu");
    if (config.boolean("use_absolute_embeddings", false))
      refuseValue(true, config.where("use_absolute_embeddings"), "false");
    // Follow from the others, or are of training.
    for (const char *key : {"hidden_size", "num_layers", "drop_path_rate", "path_norm"})
      config.markRead(key);
  }

  /// The class fails where a window is larger than the grid.
  void checkWindow() {
    int64_t smaller = std::min(grid.height, grid.width);
    if (window > smaller)
      refuseValue(window, config.where("window_size"),
                  fmt::format("at most {}, as a stage has {} by {} patches", smaller, grid.height,
                              grid.width));
    if (smaller < 2)
      refuseValue(window, config.where("image_size"), "more patches for as many stages");
  }

  Attention attention(const std::string &module, int64_t heads) {
    if (width % heads != 0)
      refuseValue(heads, config.where("num_heads"), fmt::format("a divisor of {}", width));
    std::string layer = module + "blocks.{layer}.", self = layer + "attention.self.";
    Attention result =
        frontend::attention({.query = self + "query",
                             .key = self + "key",
                             .value = self + "value",
                             .output = layer + "attention.output.dense",
                             .norm = layer + "layernorm_before"},
                            {.hidden = width, .memory = width, .heads = heads, .epsilon = epsilon});
    if (!hasBias)
      for (Linear *each : {&result.query, &result.key, &result.value})
        each->bias.reset();
    result.tileBias = tensor(self + "relative_position_bias_table");
    result.variants = {{.tiles = Tiles{window, 0}}};
    // The class moves windows by half of their size toward the end: so many lines are in the first.
    if (window < std::min(grid.height, grid.width) && window > 1)
      result.variants.push_back({.tiles = Tiles{window, window / 2}});
    return result;
  }

  FeedForward feedForward(const std::string &module) {
    std::string layer = module + "blocks.{layer}.";
    auto inner = int64_t(ratio * double(width));
    FeedForward result;
    result.activation = activation;
    result.input = linear(layer + "intermediate.dense", width, inner);
    result.output = linear(layer + "output.dense", inner, width);
    result.norm = layerNorm(layer + "layernorm_after", epsilon);
    return result;
  }

  Side &side;
  JsonFields &config;
  Grid grid;
  int64_t width = 0, window = 0;
  double epsilon = 0, ratio = 0;
  bool hasBias = true;
  Activation activation = Activation::Gelu;
};

} // namespace

void describeDonutSwinSource(Side &side) {
  SwinMapping(side).describe();
}

} // namespace transept::frontend

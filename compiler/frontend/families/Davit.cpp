// SPDX-License-Identifier: Apache-2.0
//
// The fields and tensors of DaViT. Its class fills grids up with rows of zeros behind the norm,
// which are keys of tiles at the edge, and scales attention to channels by the number of rows.

#include "compiler/frontend/families/Davit.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/ListFields.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

constexpr size_t kMaximumStages = 16;

class DavitMapping {
public:
  DavitMapping(JsonFields &config, const std::string &module, const Grid &pixels)
      : config(config), module(module), grid(pixels) {}

  ImageTower describe() {
    std::vector<int64_t> widths =
        numbersField(config, "embed_dim", {128, 256, 512, 1024}, gridRange);
    count = widths.size();
    if (count == 0 || count > kMaximumStages)
      refuseValue(count, config.where("embed_dim"), fmt::format("1 to {} numbers", kMaximumStages));
    std::vector<int64_t> depths = numbers("depths", {1, 1, 9, 1}, layerRange);
    std::vector<int64_t> heads = numbers("num_heads", {4, 8, 16, 32}, sizeRange);
    std::vector<int64_t> groups = numbers("num_groups", {4, 8, 16, 32}, sizeRange);
    std::vector<int64_t> kernels = numbers("patch_size", {7, 3, 3, 3}, {1, 1024});
    std::vector<int64_t> strides = numbers("patch_stride", {4, 2, 2, 2}, {1, 1024});
    std::vector<int64_t> paddings = numbers("patch_padding", {3, 1, 1, 1}, {0, 1023});
    std::vector<bool> normsBefore =
        ofStages("patch_prenorm", flagsField(config, "patch_prenorm", {false, true, true, true}));
    ratio = config.number("mlp_ratio", 4.0, {0.001, 1024});
    hasBias = config.boolean("qkv_bias", true);
    activation = activationField(config, "activation_function", "gelu");
    config.markRead("drop_path_rate"); // of training
    ImageTower tower;
    tower.pixels = grid;
    tower.channels = config.integer("in_channels", 3, {1, 1024});
    int64_t side = config.integer("window_size", 12, {1, 1024}), channels = tower.channels;
    for (size_t index = 0; index < count; ++index) {
      std::string conv = fmt::format("{}.convs.{}.", module, index);
      std::string blocks = fmt::format("{}.blocks.{}.{{layer}}.", module, index);
      width = widths[index];
      ImageStage &stage = tower.stages.emplace_back();
      stage.kernelSize = kernels[index];
      stage.stride = strides[index];
      stage.padding = paddings[index];
      stage.linear = linear(conv + "conv", channels * kernels[index] * kernels[index], width);
      stage.norm = layerNorm(conv + "norm");
      stage.isNormBefore = normsBefore[index];
      stage.grid = grid = {behind(stage, grid.height), behind(stage, grid.width)};
      stage.layerCount = depths[index];
      stage.tileSide = side;
      stage.tiles = block(blocks + "spatial_block.", "window_attn", heads[index], "num_heads");
      stage.channels =
          block(blocks + "channel_block.", "channel_attn", groups[index], "num_groups");
      channels = width;
    }
    return tower;
  }

private:
  template <typename List> List ofStages(const std::string &key, List list) {
    if (list.size() != count)
      refuseValue(list.size(), config.where(key), fmt::format("{} of them, a stage each", count));
    return list;
  }

  std::vector<int64_t> numbers(const std::string &key, std::vector<int64_t> fallback,
                               IntegerRange range) {
    return ofStages(key, numbersField(config, key, std::move(fallback), range));
  }

  int64_t behind(const ImageStage &stage, int64_t size) {
    int64_t padded = size + 2 * stage.padding;
    if (padded < stage.kernelSize || stage.padding >= stage.kernelSize)
      refuseValue(stage.kernelSize, config.where("patch_size"),
                  fmt::format("above patch_padding = {}, and at most {} and twice that",
                              stage.padding, size));
    return (padded - stage.kernelSize) / stage.stride + 1;
  }

  ChannelConvolution convolution(const std::string &name) {
    return {tensor(name + ".weight"), tensor(name + ".bias")};
  }

  ImageBlock block(const std::string &layer, const std::string &mixer, int64_t heads,
                   const std::string &key) {
    if (width % heads != 0)
      refuseValue(heads, config.where(key), fmt::format("a divisor of {}", width));
    std::string whole = layer + mixer + ".qkv";
    Attention attention = frontend::attention({.query = whole,
                                               .key = whole,
                                               .value = whole,
                                               .output = layer + mixer + ".proj",
                                               .norm = layer + "norm1"},
                                              {.hidden = width, .memory = width, .heads = heads});
    int64_t begin = 0;
    for (Linear *each : {&attention.query, &attention.key, &attention.value}) {
      *each = outputsOf(*each, width * begin++, width);
      if (!hasBias)
        each->bias.reset();
    }
    auto inner = int64_t(ratio * double(width));
    FeedForward feedForward;
    feedForward.activation = activation;
    feedForward.input = linear(layer + "ffn.fc1", width, inner);
    feedForward.output = linear(layer + "ffn.fc2", inner, width);
    feedForward.norm = layerNorm(layer + "norm2");
    return {.first = convolution(layer + "conv1"),
            .second = convolution(layer + "conv2"),
            .attention = std::move(attention),
            .feedForward = std::move(feedForward)};
  }

  JsonFields &config;
  const std::string &module;
  Grid grid;
  size_t count = 0;
  int64_t width = 0;
  double ratio = 0;
  bool hasBias = true;
  Activation activation = Activation::Gelu;
};

} // namespace

ImageTower davitTower(JsonFields &config, const std::string &module, const Grid &pixels) {
  return DavitMapping(config, module, pixels).describe();
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// Lines of mels become rows: a convolution over squares, then depthwise and pointwise ones, each of
// which halves lines and places. All are in one list of modules, activations among them. And the
// convolution of each layer, whose norm is that of training.

#include "compiler/frontend/families/FastConformer.h"

#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <bit>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

Features fastConformerStem(JsonFields &config, const FastConformerTraits &traits, int64_t hidden) {
  Features features;
  features.width = sizeField(config, "num_mel_bins", traits.mels);
  int64_t factor = config.integer("subsampling_factor", 8, {2, 1 << 16});
  if (!std::has_single_bit(uint64_t(factor)))
    refuseValue(factor, config.where("subsampling_factor"), "a power of 2");
  int64_t channels = sizeField(config, "subsampling_conv_channels", 256);
  int64_t kernel = config.integer("subsampling_conv_kernel_size", 3, {1, kernelRange.maximum});
  if (kernel % 2 == 0)
    refuseValue(kernel, config.where("subsampling_conv_kernel_size"), "an odd number");
  features.gridConvolutions.push_back(
      {.kernelSize = kernel,
       .stride = config.integer("subsampling_conv_stride", 2, {1, kernelRange.maximum}),
       .padding = kernel / 2,
       .linear = linear(traits.stored("encoder.subsampling.layers.0"), kernel * kernel, channels),
       .activation = Activation::Relu});
  // Each further one is a depthwise, a pointwise and an activation module.
  for (int index = 2; int64_t(1) << (index / 3 + 1) < factor; index += 3) {
    auto module = [&](int part) {
      return traits.stored(fmt::format("encoder.subsampling.layers.{}", index + part));
    };
    GridConvolution next = features.gridConvolutions.front();
    next.depthwise = ColumnWeights{tensor(module(0) + ".weight"), tensor(module(0) + ".bias")};
    next.linear = linear(module(1), channels, channels);
    features.gridConvolutions.push_back(std::move(next));
  }
  int64_t places = features.width, counted = features.width;
  for (const GridConvolution &each : features.gridConvolutions) {
    places = each.resultOf(places);
    counted /= each.stride;
  }
  if (places != counted || places < 1) // the class counts in this way, and fails
    refuseValue(features.width, config.where("num_mel_bins"),
                "a multiple of subsampling_conv_stride to the power of its convolutions");
  features.convolutions = {
      {.linear = linear(traits.stored("encoder.subsampling.linear"), channels * places, hidden),
       .gate = std::nullopt,
       .activation = std::nullopt}};
  return features;
}

RowMixer fastConformerMixer(JsonFields &config, const FastConformerTraits &traits, int64_t hidden) {
  bool hasBias = config.boolean("convolution_bias", true);
  RowMixer result;
  Linear both = traits.product("conv.pointwise_conv1", hidden, 2 * hidden, hasBias);
  result.input = outputsOf(both, 0, hidden);
  result.gate = outputsOf(both, hidden, hidden);
  int64_t kernel = config.integer("conv_kernel_size", 9, {1, kernelRange.maximum});
  if (kernel % 2 == 0)
    refuseValue(kernel, config.where("conv_kernel_size"), "an odd number");
  std::string name = traits.ofLayer("conv.depthwise_conv"), norm = traits.ofLayer("conv.norm");
  result.depthwise = {
      .kernelSize = kernel, .weight = tensor(name + ".weight"), .bias = std::nullopt};
  if (hasBias)
    result.depthwise.bias = tensor(name + ".bias");
  result.depthwise.norm = BatchNorm{.gain = tensor(norm + ".weight"),
                                    .bias = tensor(norm + ".bias"),
                                    .mean = tensor(norm + ".running_mean"),
                                    .variance = tensor(norm + ".running_var")};
  result.activation = activationField(config, "hidden_act", "silu");
  result.output = traits.product("conv.pointwise_conv2", hidden, hidden, hasBias);
  result.norm = layerNorm(traits.ofLayer("norm_conv"));
  return result;
}

} // namespace transept::frontend

// SPDX-License-Identifier: Apache-2.0
//
// The number by which frames are scaled before they are compressed is learned, but one for all of
// them, so that the description has it and not its tensor.

#include "compiler/frontend/families/MoonshineFrames.h"

#include "base/Error.h"
#include "compiler/frontend/description/DescriptionFields.h"
#include "compiler/frontend/families/ConfigRules.h"
#include "compiler/frontend/families/Parts.h"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace transept::frontend {

namespace {

using Json = nlohmann::ordered_json;

/// With a gain that is 1 more than the tensor.
Norm encoderNorm(const std::string &name) {
  Norm norm = gainNorm(name);
  norm.gain = tensor(name + ".gamma");
  norm.gainOffset = 1.0;
  return norm;
}

/// Frames of 5 ms, each normalized by itself and compressed, to rows of 20 ms.
Features framesOfSound(JsonFields &config, const checkpoints::Checkpoint &checkpoint,
                       const std::string &module, int64_t hidden) {
  constexpr NumberRange durations{1e-3, 1e6};
  double rate = config.number("sample_rate", 16000, durations);
  double milliseconds = config.number("frame_ms", 5.0, durations);
  Features features;
  features.width = std::llrint(rate * milliseconds / 1000.0);
  if (features.width < 1 || features.width > sizeRange.maximum)
    refuseValue(milliseconds, config.where("frame_ms"), "a frame of 1 sample or more");
  std::vector<float> compression = checkpoint.readAll(tensor(module + "comp.log_k"));
  if (compression.size() != 1)
    throw InputError(fmt::format("{}: tensor '{}comp.log_k' has {} numbers, allowed is 1",
                                 checkpoint.directory(), module, compression.size()));
  features.standardization = {
      .epsilon = 1e-6, .scale = std::exp(double(compression[0])), .activation = Activation::Asinh};
  features.convolutions = {{.linear = linear(module + "linear", features.width, hidden),
                            .gate = std::nullopt,
                            .activation = Activation::Silu}};
  features.convolutions.front().linear.bias.reset();
  auto convolve = [&](const char *name, int64_t inputs, int64_t outputs) {
    features.convolutions.push_back({.kernelSize = 5,
                                     .stride = 2,
                                     .padding = 4,
                                     .linear = linear(module + name, 5 * inputs, outputs),
                                     .gate = std::nullopt,
                                     .activation = std::nullopt,
                                     .paddingBehind = 0});
  };
  convolve("conv1", hidden, 2 * hidden);
  features.convolutions.back().activation = Activation::Silu;
  convolve("conv2", 2 * hidden, hidden);
  return features;
}

/// One for each layer.
std::vector<AttentionVariant> slidingWindows(JsonFields &config, int64_t layers) {
  // A pair counts the row itself among those before, and one more than are seen behind.
  static const Json usual = {{16, 4}, {16, 4}, {16, 0}, {16, 0}, {16, 4}, {16, 4}};
  const Json *field = config.find("sliding_windows");
  const Json &pairs = field ? *field : usual;
  auto refuse = [&] {
    refuseValue(pairs, config.where("sliding_windows"),
                fmt::format("an array of {} pairs, one for each of num_hidden_layers: rows before "
                            "with the own one (1 or more), and rows behind plus 1",
                            layers));
  };
  if (!pairs.is_array() || int64_t(pairs.size()) < layers)
    refuse();
  std::vector<AttentionVariant> variants;
  for (int64_t layer = 0; layer < layers; ++layer) {
    const Json &pair = pairs[size_t(layer)];
    auto isSize = [](const Json &each) {
      return each.is_number_integer() && each >= 0 && each <= sizeRange.maximum;
    };
    if (!pair.is_array() || pair.size() != 2 || !isSize(pair[0]) || !isSize(pair[1]) || pair[0] < 1)
      refuse();
    Window window{.before = pair[0].get<int64_t>() - 1,
                  .after = std::max<int64_t>(pair[1].get<int64_t>() - 1, 0)};
    variants.push_back({.rotary = std::nullopt, .window = window});
  }
  return variants;
}

} // namespace

void hearFrames(JsonFields &config, const checkpoints::Checkpoint &checkpoint,
                const std::string &module, Stack &stack) {
  const std::string layer = module + "layers.{layer}.";
  stack.embedding.features =
      framesOfSound(config, checkpoint, module + "embedder.", stack.hiddenSize);
  stack.selfAttention.norm = encoderNorm(layer + "input_layernorm");
  stack.selfAttention.variants = slidingWindows(config, stack.layerCount);
  stack.feedForward.activation = activationField(config, "hidden_act", "gelu");
  stack.feedForward.norm = encoderNorm(layer + "post_attention_layernorm");
  stack.finalNorm = encoderNorm(module + "final_norm");
}

} // namespace transept::frontend

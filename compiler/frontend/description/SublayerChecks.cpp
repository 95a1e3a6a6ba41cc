// SPDX-License-Identifier: Apache-2.0
//
// The sense of layers that are lists of sublayers.

#include "compiler/frontend/description/DescriptionChecks.h"

#include <array>
#include <fmt/format.h>

namespace transept::frontend {

static void checkMixer(const RowMixer &mixer, const std::string &role, int64_t hidden) {
  int64_t width = mixer.input.outputs;
  expect(width >= 1, role, "its width must be 1 or more");
  checkLinear(mixer.input, role + ".input", hidden, width);
  checkLinear(mixer.gate, role + ".gate", hidden, width);
  checkLinear(mixer.output, role + ".output", width, hidden);
  checkNorm(mixer.norm, role + ".norm");
  const DepthwiseConvolution &depthwise = mixer.depthwise;
  expect(depthwise.kernelSize >= 1 && depthwise.kernelSize % 2 == 1, role + ".depthwise",
         fmt::format("found kernelSize {}, allowed are odd numbers", depthwise.kernelSize));
  checkReference(depthwise.weight, role + ".depthwise.weight");
  if (depthwise.bias)
    checkReference(*depthwise.bias, role + ".depthwise.bias");
  if (const auto &norm = depthwise.norm)
    for (const auto *each : {&norm->gain, &norm->bias, &norm->mean, &norm->variance})
      checkReference(*each, role + ".depthwise.norm");
  if (depthwise.rowNorm)
    checkNorm(*depthwise.rowNorm, role + ".depthwise.rowNorm");
}

static void checkPlainAttention(const Attention &attention, const std::string &role,
                                int64_t hidden) {
  checkAttention(attention, role, hidden, hidden);
  expect(!attention.mergesSource && !attention.blockSums && !attention.globalTokens, role,
         "it has no mergesSource, blockSums and globalTokens");
  checkPostNorm(attention.postNorm, NormPlacement::Pre, role);
}

static void checkAdapter(const Adapter &adapter, const Stack &stack, const std::string &role) {
  int64_t hidden = stack.hiddenSize;
  checkFeedForward(adapter.feedForward, role + ".feedForward", hidden);
  expect(!adapter.feedForward.postNorm, role + ".feedForward", "it has no postNorm");
  expect(adapter.layerCount >= 0 && (adapter.layerCount > 0) == adapter.layer.has_value(), role,
         "a layer must be there exactly where layerCount is 1 or more");
  if (!adapter.layer)
    return;
  const auto &features = stack.embedding.features;
  bool keepsRows = features && features->gridConvolutions.empty() &&
                   features->leadingRows.empty() && features->trailingRows.empty();
  for (const Convolution &each : keepsRows ? features->convolutions : std::vector<Convolution>())
    keepsRows = keepsRows && each.kernelSize == 1 && each.stride == 1;
  expect(keepsRows && stack.embedding.positions.kind == PositionKind::None, role,
         "its layers need features whose convolutions keep the number of rows, without positions");
  const AdapterLayer &layer = *adapter.layer;
  checkNorm(layer.residualNorm, role + ".layer.residualNorm");
  checkConvolution(layer.residual, role + ".layer.residual", hidden);
  checkConvolution(layer.input, role + ".layer.input", hidden);
  auto stepOf = [](const Convolution &each) {
    return std::array{each.kernelSize, each.stride, each.padding,
                      each.paddingBehind.value_or(each.padding), each.linear.outputs};
  };
  expect(stepOf(layer.residual) == stepOf(layer.input) && layer.input.linear.outputs == hidden &&
             (layer.input.kernelSize != 1 || layer.input.stride != 1),
         role + ".layer",
         "residual and input make rows of the hidden size, each as many, and other than before");
  checkPlainAttention(layer.attention, role + ".layer.attention", hidden);
  expect(!layer.attention.relativeBias, role + ".layer.attention", "it has no relativeBias");
  checkFeedForward(layer.feedForward, role + ".layer.feedForward", hidden);
  checkPostNorm(layer.feedForward.postNorm, NormPlacement::Pre, role + ".layer.feedForward");
}

void checkSublayers(const Stack &stack, const std::string &role) {
  expect(!stack.layerNorm || !stack.sublayers.empty(), role + ".layerNorm", "it needs sublayers");
  expect(!stack.adapter || !stack.sublayers.empty(), role + ".adapter", "it needs sublayers");
  if (stack.layerNorm)
    checkNorm(*stack.layerNorm, role + ".layerNorm");
  if (stack.sublayers.empty())
    return;
  expect(stack.normPlacement == NormPlacement::Pre && !stack.grid && !stack.recurrence, role,
         "sublayers need the normPlacement pre, and exclude stages and a recurrence");
  for (const Sublayer &each : stack.sublayers) {
    const std::string name = role + ".sublayers";
    expect(each.attention.has_value() + each.feedForward.has_value() + each.mixer.has_value() == 1,
           name, "exactly one of attention, feedForward and mixer must be there");
    if (each.attention) {
      checkPlainAttention(*each.attention, name + ".attention", stack.hiddenSize);
      checkTiles(*each.attention, stack.grid, name + ".attention");
    }
    if (each.feedForward) {
      checkFeedForward(*each.feedForward, name + ".feedForward", stack.hiddenSize);
      checkPostNorm(each.feedForward->postNorm, stack.normPlacement, name + ".feedForward");
    }
    if (each.mixer)
      checkMixer(*each.mixer, name + ".mixer", stack.hiddenSize);
  }
  if (stack.adapter)
    checkAdapter(*stack.adapter, stack, role + ".adapter");
}

} // namespace transept::frontend

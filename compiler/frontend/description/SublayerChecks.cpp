// SPDX-License-Identifier: Apache-2.0
//
// The sense of layers that are lists of sublayers.

#include "compiler/frontend/description/DescriptionChecks.h"

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
}

void checkSublayers(const Stack &stack, const std::string &role) {
  expect(!stack.layerNorm || !stack.sublayers.empty(), role + ".layerNorm", "it needs sublayers");
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
      checkAttention(*each.attention, name + ".attention", stack.hiddenSize, stack.hiddenSize);
      checkTiles(*each.attention, stack.grid, name + ".attention");
      expect(!each.attention->mergesSource && !each.attention->blockSums &&
                 !each.attention->globalTokens,
             name + ".attention", "it has no mergesSource, blockSums and globalTokens");
      checkPostNorm(each.attention->postNorm, stack.normPlacement, name + ".attention");
    }
    if (each.feedForward) {
      checkFeedForward(*each.feedForward, name + ".feedForward", stack.hiddenSize);
      checkPostNorm(each.feedForward->postNorm, stack.normPlacement, name + ".feedForward");
    }
    if (each.mixer)
      checkMixer(*each.mixer, name + ".mixer", stack.hiddenSize);
  }
}

} // namespace transept::frontend

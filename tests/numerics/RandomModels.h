// SPDX-License-Identifier: Apache-2.0
//
// Models of random architecture: every combination that descriptions allow, in sizes that no
// kernel's blocking divides.

#ifndef TRANSEPT_TESTS_NUMERICS_RANDOMMODELS_H
#define TRANSEPT_TESTS_NUMERICS_RANDOMMODELS_H

#include "tests/support/TinyModels.h"

#include <random>

// Descriptions are written with the fields that matter; the rest keeps its defaults.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace transept::testing {

inline frontend::Description randomModel(uint64_t seed) {
  using namespace frontend;
  std::mt19937_64 random(seed);
  auto pick = [&]<typename T>(std::initializer_list<T> choices) {
    return choices.begin()[random() % choices.size()];
  };
  bool isPostNorm = random() % 2, hasBias = random() % 2, isGated = random() % 2;
  bool hasRelativeBias = random() % 2, isTied = random() % 2;
  NormKind kind = pick({NormKind::Layer, NormKind::RootMeanSquare});
  Activation activation = pick({Activation::Relu, Activation::Silu, Activation::Gelu,
                                Activation::GeluTanh, Activation::Tanh});
  int64_t hidden = pick({24, 40, 48, 130});
  int64_t vocabulary = pick({17, 64, 389, 2049, 4100});

  auto stack = [&](const std::string &side, bool isTarget) {
    TinyStack tiny{side + ".layer.{layer}", hidden, hasBias, {.kind = kind, .epsilon = 1e-5}};
    int64_t heads = pick({1, 2, 5}), headDim = pick({1, 7, 24, 40, 64});
    int64_t width = pick({19, 33, 72, 257});
    double scale = pick({1.0, 1 / std::sqrt(double(headDim))});
    Stack stack{.layerCount = pick({1, 2}),
                .hiddenSize = hidden,
                .normPlacement = isPostNorm ? NormPlacement::Post : NormPlacement::Pre,
                .embedding = {.weight = checkpoints::TensorReference{isTied ? "shared"
                                                                            : side + ".embedding"},
                              .vocabularySize = vocabulary,
                              .scale = pick({1.0, std::sqrt(double(hidden))})},
                .selfAttention = tiny.attention("self", heads, headDim, scale),
                .feedForward = tiny.feedForward(activation, width, isGated)};
    if (hasRelativeBias)
      stack.selfAttention.relativeBias = {.table = {side + ".relative"},
                                          .bucketCount = 8,
                                          .maximumDistance = 20,
                                          .isBidirectional = !isTarget};
    else
      stack.embedding.positions = {
          pick({PositionKind::SinusoidalHalves, PositionKind::SinusoidalHalvesInclusive,
                PositionKind::SinusoidalInterleaved}),
          70};
    if (isTarget)
      stack.crossAttention = tiny.attention("cross", heads, headDim, scale);
    // Of a quarter of the models, without a draw: the others stay as they were.
    if (seed % 4 == 3) {
      stack.selfAttention = {};
      stack.recurrence = Recurrence{.gate = tiny.linear("gate", hidden, hidden),
                                    .value = tiny.linear("value", hidden, hidden),
                                    .norm = tiny.norm("recurrence.norm")};
      if (isTarget)
        stack.recurrence->activation = activation;
      stack.embedding.isFirstZero = isTarget;
    }
    if (!isPostNorm) {
      stack.finalNorm = tiny.norm("final");
      stack.finalNorm->gain.name = side + ".final.gain";
      if (stack.finalNorm->bias)
        stack.finalNorm->bias->name = side + ".final.shift";
    }
    return stack;
  };
  Description description{.name = "random_" + std::to_string(seed), .family = "random"};
  description.source = stack("encoder", false);
  description.target = stack("decoder", true);
  description.logits = {.weight = {isTied ? "shared" : "output"}, .scale = pick({1.0, 0.25})};
  if (hasBias)
    description.logits.bias = checkpoints::TensorReference{"logits_bias"};
  return description;
}

/// Any of the ways in which layers of attention may differ, on top of a random model.
inline frontend::Description randomGroupedModel(uint64_t seed) {
  using namespace frontend;
  Description description = randomModel(seed);
  description.name = "grouped_" + std::to_string(seed);
  std::mt19937_64 random(seed + 1000);
  auto pick = [&]<typename T>(std::initializer_list<T> choices) {
    return choices.begin()[random() % choices.size()];
  };
  auto group = [&](const TinyStack &tiny, const std::string &part, bool isSandwich) {
    int64_t keyHeads = pick({1, 2, 3}), headDim = pick({2, 16, 36, 52, 256});
    Attention result =
        tiny.grouped(part, keyHeads * pick({1, 2, 4}), keyHeads, headDim, tiny.hidden);
    if (!isSandwich)
      result.postNorm.reset();
    if (random() % 2)
      result.queryNorm.reset();
    if (random() % 2)
      result.keyNorm.reset();
    if (random() % 2)
      result.softCap = pick({0.5, 20.0});
    return result;
  };
  bool isSandwich = random() % 2, hasOffset = random() % 2;
  for (Stack *stack : {&description.source, &description.target}) {
    bool isTarget = stack == &description.target;
    std::string side = isTarget ? "decoder" : "encoder";
    TinyStack tiny{side + ".layer.{layer}",
                   stack->hiddenSize,
                   /*hasBias=*/false,
                   {.kind = NormKind::RootMeanSquare, .epsilon = 1e-5}};
    if (hasOffset)
      tiny.normKind.gainOffset = 1.0;
    stack->layerCount = 3;
    stack->selfAttention = group(tiny, "self", isSandwich);
    for (int64_t variants = pick({1, 2, 3}); variants != 0; --variants) {
      int64_t dims = std::min<int64_t>(pick({2, 14, 200}), stack->selfAttention.headDim);
      AttentionVariant variant;
      if (random() % 4)
        variant.rotary = Rotary{.dims = dims,
                                .theta = pick({0.01, 500.0, 1e6}),
                                .factor = pick({1.0, 8.0}),
                                .isInterleaved = random() % 2 == 0};
      if (random() % 2)
        variant.window = Window{pick({0, 3, 70}), pick({0, 5, 70})};
      stack->selfAttention.variants.push_back(variant);
    }
    if (isTarget)
      stack->crossAttention = group(tiny, "cross", isSandwich);
    // Of a third of the models, without a draw.
    if (isTarget && seed % 3 == 0) {
      stack->crossAttention.reset();
      stack->selfAttention.mergesSource = true;
    }
    if (isSandwich) {
      stack->normPlacement = NormPlacement::Sandwich;
      stack->feedForward.postNorm = tiny.norm("ff.post");
    }
  }
  if (random() % 2)
    description.logits.softCap = pick({0.1, 10.0});
  return description;
}

} // namespace transept::testing

#pragma GCC diagnostic pop

#endif

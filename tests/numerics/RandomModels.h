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

} // namespace transept::testing

#pragma GCC diagnostic pop

#endif

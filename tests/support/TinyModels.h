// SPDX-License-Identifier: Apache-2.0
//
// Small descriptions with awkward sizes: head size 10, unequal depths, odd widths. What holds for
// these holds for real models, and the interpreter runs them in milliseconds.

#ifndef TRANSEPT_TESTS_SUPPORT_TINYMODELS_H
#define TRANSEPT_TESTS_SUPPORT_TINYMODELS_H

#include "compiler/frontend/Description.h"

#include <cmath>

// Descriptions are written with the fields that matter; the rest keeps its defaults.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

namespace transept::testing {

/// Builds the descriptions of one stack's parts under one prefix of tensor names.
struct TinyStack {
  std::string prefix; // "decoder.layer.{layer}"
  int64_t hidden;
  bool hasBias;
  frontend::Norm normKind;

  frontend::TensorReference tensor(const std::string &part) const { return {prefix + "." + part}; }

  frontend::Linear linear(const std::string &part, int64_t inputs, int64_t outputs) const {
    frontend::Linear linear{
        .weight = tensor(part + ".weight"), .inputs = inputs, .outputs = outputs};
    if (hasBias)
      linear.bias = tensor(part + ".bias");
    return linear;
  }

  frontend::Norm norm(const std::string &part) const {
    frontend::Norm norm = normKind;
    norm.gain = tensor(part + ".gain");
    if (norm.kind == frontend::NormKind::Layer)
      norm.bias = tensor(part + ".shift");
    return norm;
  }

  frontend::Attention attention(const std::string &part, int64_t heads, int64_t headDim,
                                double scale) const {
    int64_t width = heads * headDim;
    return {.headCount = heads,
            .headDim = headDim,
            .scale = scale,
            .query = linear(part + ".q", hidden, width),
            .key = linear(part + ".k", hidden, width),
            .value = linear(part + ".v", hidden, width),
            .output = linear(part + ".o", width, hidden),
            .norm = norm(part + ".norm")};
  }

  frontend::FeedForward feedForward(frontend::Activation activation, int64_t width,
                                    bool isGated) const {
    frontend::FeedForward result{.activation = activation,
                                 .input = linear("ff.in", hidden, width),
                                 .output = linear("ff.out", width, hidden),
                                 .norm = norm("ff.norm")};
    if (isGated)
      result.gate = linear("ff.gate", hidden, width);
    return result;
  }
};

/// Like Marian: post-norm, biases, sinusoidal positions, scaled embeddings, one table for both
/// sides and the output.
inline frontend::Description tinyMarian() {
  using namespace frontend;
  auto stack = [](const std::string &side, int64_t layers, bool isTarget) {
    TinyStack tiny{side + ".layer.{layer}", 30, /*hasBias=*/true, {.epsilon = 1e-5}};
    Stack stack{.layerCount = layers,
                .hiddenSize = 30,
                .normPlacement = NormPlacement::Post,
                .embedding = {.weight = {"shared"},
                              .vocabularySize = 37,
                              .scale = std::sqrt(30.0),
                              .positions = {PositionKind::SinusoidalHalves, 19}},
                .selfAttention = tiny.attention("self", 3, 10, 1 / std::sqrt(10.0)),
                .feedForward = tiny.feedForward(Activation::Silu, 41, /*isGated=*/false)};
    if (isTarget)
      stack.crossAttention = tiny.attention("cross", 3, 10, 1 / std::sqrt(10.0));
    return stack;
  };
  Description description{.name = "tiny_marian", .family = "marian"};
  description.source = stack("encoder", 1, false);
  description.target = stack("decoder", 2, true);
  description.logits = {.weight = {"shared"}, .bias = TensorReference{"logits_bias"}};
  return description;
}

/// Like T5: pre-norm with root mean squares, no biases, relative positions, scaled states before
/// the output. `isGated` and untied: like T5 1.1.
inline frontend::Description tinyT5(bool isGated) {
  using namespace frontend;
  auto stack = [&](const std::string &side, int64_t layers, bool isTarget) {
    TinyStack tiny{side + ".layer.{layer}",
                   28,
                   /*hasBias=*/false,
                   {.kind = frontend::NormKind::RootMeanSquare, .epsilon = 1e-6}};
    Stack stack{.layerCount = layers,
                .hiddenSize = 28,
                .normPlacement = NormPlacement::Pre,
                .embedding = {.weight = {"shared"}, .vocabularySize = 43},
                .selfAttention = tiny.attention("self", 3, 10, 1.0),
                .feedForward = tiny.feedForward(isGated ? Activation::GeluTanh : Activation::Relu,
                                                33, isGated)};
    stack.selfAttention.relativeBias = {.table = {side + ".relative"},
                                        .bucketCount = 8,
                                        .maximumDistance = 12,
                                        .isBidirectional = !isTarget};
    if (isTarget)
      stack.crossAttention = tiny.attention("cross", 3, 10, 1.0);
    stack.finalNorm = tiny.norm("final");
    stack.finalNorm->gain.name = side + ".final.gain";
    return stack;
  };
  Description description{.name = isGated ? "tiny_t5_gated" : "tiny_t5", .family = "t5"};
  description.source = stack("encoder", 2, false);
  description.target = stack("decoder", 3, true);
  description.logits = {.weight = {isGated ? "output" : "shared"},
                        .scale = isGated ? 1.0 : 1 / std::sqrt(28.0)};
  return description;
}

/// Like BART: post-norm, learned positions with an offset, normalized embeddings; untied, with
/// queries, keys and values stored as one tensor and transposed.
inline frontend::Description tinyBart() {
  using namespace frontend;
  auto packed = [](Attention &attention, const std::string &name) {
    int64_t width = attention.headCount * attention.headDim;
    int64_t part = 0;
    for (Linear *linear : {&attention.query, &attention.key, &attention.value}) {
      linear->weight = {name, /*isTransposed=*/true, part * width, width};
      linear->bias = TensorReference{name + "_bias", false, part * width, width};
      ++part;
    }
  };
  auto stack = [&](const std::string &side, int64_t layers, bool isTarget) {
    TinyStack tiny{side + ".layer.{layer}", 20, /*hasBias=*/true, {.epsilon = 1e-5}};
    Stack stack{.layerCount = layers,
                .hiddenSize = 20,
                .normPlacement = NormPlacement::Post,
                .embedding = {.weight = {side + ".tokens"},
                              .vocabularySize = isTarget ? 31 : 29,
                              .scale = std::sqrt(20.0),
                              .positions = {PositionKind::Learned, 17, 2,
                                            TensorReference{side + ".positions"}}},
                .selfAttention = tiny.attention("self", 2, 10, 1 / std::sqrt(10.0)),
                .feedForward = tiny.feedForward(Activation::Gelu, 23, /*isGated=*/false)};
    packed(stack.selfAttention, side + ".layer.{layer}.self.qkv");
    stack.embedding.norm = tiny.norm("embedding");
    stack.embedding.norm->gain.name = side + ".embedding.gain";
    stack.embedding.norm->bias->name = side + ".embedding.shift";
    if (isTarget)
      stack.crossAttention = tiny.attention("cross", 2, 10, 1 / std::sqrt(10.0));
    return stack;
  };
  Description description{.name = "tiny_bart", .family = "bart"};
  description.source = stack("encoder", 2, false);
  description.target = stack("decoder", 1, true);
  description.logits = {.weight = {"output"}, .bias = TensorReference{"output_bias"}, .scale = 0.5};
  return description;
}

} // namespace transept::testing

#pragma GCC diagnostic pop

#endif

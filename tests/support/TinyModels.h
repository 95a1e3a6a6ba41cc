// SPDX-License-Identifier: Apache-2.0
//
// Small descriptions with awkward sizes: head size 10, unequal depths, odd widths. What holds for
// these holds for real models, and the interpreter runs them in milliseconds.

#ifndef TRANSEPT_TESTS_SUPPORT_TINYMODELS_H
#define TRANSEPT_TESTS_SUPPORT_TINYMODELS_H

#include "compiler/frontend/description/Description.h"

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

  checkpoints::TensorReference tensor(const std::string &part) const {
    return {prefix + "." + part};
  }

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

  /// Fewer heads of keys and values, norms of heads, and one behind the sublayer.
  frontend::Attention grouped(const std::string &part, int64_t heads, int64_t keyHeads,
                              int64_t headDim, int64_t memory) const {
    frontend::Attention result = attention(part, heads, headDim, 1 / std::sqrt(double(headDim)));
    result.keyHeadCount = keyHeads;
    for (frontend::Linear *each : {&result.key, &result.value}) {
      each->inputs = memory;
      each->outputs = keyHeads * headDim;
    }
    result.postNorm = norm(part + ".post");
    result.queryNorm = norm(part + ".q_norm");
    result.keyNorm = norm(part + ".k_norm");
    return result;
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
                .embedding = {.weight = checkpoints::TensorReference{"shared"},
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
  description.logits = {.weight = {"shared"}, .bias = checkpoints::TensorReference{"logits_bias"}};
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
    Stack stack{
        .layerCount = layers,
        .hiddenSize = 28,
        .normPlacement = NormPlacement::Pre,
        .embedding = {.weight = checkpoints::TensorReference{"shared"}, .vocabularySize = 43},
        .selfAttention = tiny.attention("self", 3, 10, 1.0),
        .feedForward =
            tiny.feedForward(isGated ? Activation::GeluTanh : Activation::Relu, 33, isGated)};
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
      linear->bias = checkpoints::TensorReference{name + "_bias", false, part * width, width};
      ++part;
    }
  };
  auto stack = [&](const std::string &side, int64_t layers, bool isTarget) {
    TinyStack tiny{side + ".layer.{layer}", 20, /*hasBias=*/true, {.epsilon = 1e-5}};
    Stack stack{.layerCount = layers,
                .hiddenSize = 20,
                .normPlacement = NormPlacement::Post,
                .embedding = {.weight = checkpoints::TensorReference{side + ".tokens"},
                              .vocabularySize = isTarget ? 31 : 29,
                              .scale = std::sqrt(20.0),
                              .positions = {PositionKind::Learned, 17, 2,
                                            checkpoints::TensorReference{side + ".positions"}}},
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
  description.logits = {
      .weight = {"output"}, .bias = checkpoints::TensorReference{"output_bias"}, .scale = 0.5};
  return description;
}

/// Like speech models: a gated and a plain convolution that shorten the source, scaled features,
/// sinusoids that end at 1/10000; on the target side BERT's ways: a segment, the norm before the
/// positions, a transform before the logits; and a projection between sides of different widths.
inline frontend::Description tinySpeech() {
  using namespace frontend;
  auto linear = [](const std::string &name, int64_t inputs, int64_t outputs) {
    return Linear{{name}, checkpoints::TensorReference{name + "_bias"}, inputs, outputs};
  };
  TinyStack source{"encoder.layer.{layer}", 20, /*hasBias=*/true, {.epsilon = 1e-5}};
  TinyStack target{"decoder.layer.{layer}", 26, /*hasBias=*/true, {.epsilon = 1e-5}};
  Description description{.name = "tiny_speech", .family = "speech"};
  description.source = {
      .layerCount = 1,
      .hiddenSize = 20,
      .normPlacement = NormPlacement::Pre,
      .embedding = {.features = Features{.width = 6},
                    .scale = std::sqrt(20.0),
                    .positions = {PositionKind::SinusoidalHalvesInclusive, 19, 2}},
      .selfAttention = source.attention("self", 2, 10, 1 / std::sqrt(10.0)),
      .feedForward = source.feedForward(Activation::Relu, 33, false)};
  description.source.embedding.features->convolutions = {
      {5, 2, 2, linear("stem.0", 30, 9), linear("stem.0_gate", 30, 9), Activation::Sigmoid},
      {3, 2, 1, linear("stem.1", 27, 20), std::nullopt, Activation::Gelu}};
  description.projection = linear("projection", 20, 26);
  description.target = {
      .layerCount = 2,
      .hiddenSize = 26,
      .normPlacement = NormPlacement::Pre,
      .embedding = {.weight = checkpoints::TensorReference{"tokens"},
                    .vocabularySize = 41,
                    .positions = {PositionKind::Learned, 17, 0,
                                  checkpoints::TensorReference{"positions"}},
                    .segment = checkpoints::TensorReference{"segments", false, 1, 1},
                    .isNormBeforePositions = true},
      .selfAttention = target.attention("self", 2, 13, 1 / std::sqrt(13.0)),
      .crossAttention = target.attention("cross", 2, 13, 1 / std::sqrt(13.0)),
      .feedForward = target.feedForward(Activation::Gelu, 23, false)};
  description.target.embedding.norm = target.norm("embedding");
  description.target.embedding.norm->gain.name = "embedding.gain";
  description.target.embedding.norm->bias->name = "embedding.shift";
  LogitsTransform transform{linear("transform", 26, 26), Activation::GeluTanh, target.norm("head")};
  transform.norm->gain.name = "head.gain";
  transform.norm->bias->name = "head.shift";
  description.logits = {.transform = transform, .weight = {"tokens"}};
  return description;
}

/// Like vision models: patches, two class tokens, learned positions; interleaved sinusoids on the
/// target side.
inline frontend::Description tinyVision() {
  using namespace frontend;
  Description description = tinyMarian();
  description.name = "tiny_vision";
  description.family = "vision";
  Embedding &embedding = description.source.embedding;
  embedding = {.features = Features{.width = 12},
               .positions = {PositionKind::Learned, 69, 0,
                             checkpoints::TensorReference{"encoder.positions"}}};
  embedding.features->convolutions = {
      {1,
       1,
       0,
       {{"patches"}, checkpoints::TensorReference{"patches_bias"}, 12, 30},
       std::nullopt,
       std::nullopt}};
  embedding.features->leadingRows = {{"class_token"}, {"distillation_token"}};
  description.target.embedding.positions = {PositionKind::SinusoidalInterleaved, 19};
  return description;
}

/// Like readers of documents: patches in a grid that tiles do not fill, which shift in every second
/// layer and are merged once.
inline frontend::Description tinyGrid() {
  using namespace frontend;
  Description description = tinyMarian();
  description.name = "tiny_grid";
  description.family = "grid";
  Stack &source = description.source;
  source.normPlacement = NormPlacement::Pre;
  source.embedding = {.features = Features{.width = 12, .length = 70}};
  source.embedding.features->convolutions = {
      {1,
       1,
       0,
       {{"patches"}, checkpoints::TensorReference{"patches_bias"}, 12, 18},
       std::nullopt,
       std::nullopt}};
  auto inTiles = [](Attention attention, int64_t side, const std::string &table) {
    attention.tileBias = checkpoints::TensorReference{table};
    attention.variants = {{.tiles = Tiles{side, 0}}, {.tiles = Tiles{side, side / 2}}};
    return attention;
  };
  TinyStack fine{"fine.layer.{layer}", 18, /*hasBias=*/true, {.epsilon = 1e-5}};
  frontend::Stage stage{.layerCount = 2,
                        .hiddenSize = 18,
                        .grid = {7, 10},
                        .selfAttention = inTiles(fine.attention("self", 2, 9, 1.0 / 3), 3,
                                                 "fine.layer.{layer}.tile_bias"),
                        .feedForward = fine.feedForward(Activation::Gelu, 25, false),
                        .reductionNorm = {.gain = {"merge.gain"},
                                          .bias = checkpoints::TensorReference{"merge.shift"}},
                        .reduction = {.weight = {"merge.weight"}, .inputs = 72, .outputs = 30}};
  source.stages = {stage};
  source.grid = Grid{4, 5};
  source.selfAttention = inTiles(source.selfAttention, 2, "coarse.tile_bias");
  return description;
}

/// Like Gemma: groups of heads with keys in common, norms on both sides of a sublayer and of heads,
/// gains stored without the 1 in them, rotary positions and windows by layer, soft caps.
inline frontend::Description tinyGrouped() {
  using namespace frontend;
  auto stack = [](const std::string &side, bool isTarget, int64_t hidden) {
    TinyStack tiny{
        side + ".layer.{layer}",
        hidden,
        /*hasBias=*/false,
        {.kind = frontend::NormKind::RootMeanSquare, .epsilon = 1e-6, .gainOffset = 1.0}};
    Stack stack{.layerCount = 3,
                .hiddenSize = hidden,
                .normPlacement = NormPlacement::Sandwich,
                .embedding = {.weight = checkpoints::TensorReference{side + ".embedding"},
                              .vocabularySize = 43,
                              .scale = std::sqrt(double(hidden))},
                .selfAttention = tiny.grouped("self", 6, 2, 10, hidden),
                .feedForward = tiny.feedForward(Activation::GeluTanh, 33, /*isGated=*/true)};
    stack.selfAttention.softCap = 3.0;
    stack.selfAttention.variants = {
        {Rotary{.dims = 10}, Window{4, isTarget ? std::optional<int64_t>() : 3}},
        {Rotary{.dims = 6, .theta = 500.0, .factor = 4.0, .isInterleaved = true}, std::nullopt}};
    if (isTarget) {
      stack.crossAttention = tiny.grouped("cross", 4, 1, 8, /*memory=*/26);
      stack.crossAttention->softCap = 5.0;
    }
    stack.feedForward.postNorm = tiny.norm("ff.post");
    stack.finalNorm = tiny.norm("final");
    stack.finalNorm->gain.name = side + ".final.gain";
    return stack;
  };
  Description description{.name = "tiny_grouped", .family = "grouped"};
  description.source = stack("encoder", false, 26);
  description.target = stack("decoder", true, 28);
  description.logits = {.weight = {"decoder.embedding"}, .softCap = 4.0};
  return description;
}

/// Like Gemma 3 in pairs: one softmax over the target's own keys and the source's.
inline frontend::Description tinyMerged() {
  frontend::Description description = tinyGrouped();
  description.name = "tiny_merged";
  frontend::Stack target = description.target;
  frontend::Attention &merged = target.selfAttention;
  TinyStack tiny{"decoder.layer.{layer}",
                 26,
                 /*hasBias=*/false,
                 {.kind = frontend::NormKind::RootMeanSquare, .epsilon = 1e-6, .gainOffset = 1.0}};
  std::vector<frontend::AttentionVariant> variants = merged.variants;
  merged = tiny.grouped("self", 6, 2, 10, 26);
  merged.variants = variants;
  merged.softCap = 3.0;
  merged.mergesSource = true;
  target.hiddenSize = 26;
  target.crossAttention.reset();
  target.feedForward = tiny.feedForward(frontend::Activation::GeluTanh, 33, /*isGated=*/true);
  target.feedForward.postNorm = tiny.norm("ff.post");
  description.target = target;
  return description;
}

/// Like models of samples of sound: windows that are not symmetric, a norm of the whole sequence,
/// positions of neighbouring columns, a gated target.
inline frontend::Description tinyWave() {
  using namespace frontend;
  Description description = tinyMarian();
  description.name = "tiny_wave";
  auto linear = [](const std::string &part, int64_t inputs, int64_t outputs) -> Linear {
    return {{part}, checkpoints::TensorReference{part + "_bias"}, inputs, outputs};
  };
  Embedding &embedding = description.source.embedding;
  embedding = {.features = Features{.width = 1}};
  embedding.features->convolutions = {
      {7, 3, 6, linear("stem.0", 7, 21), std::nullopt, Activation::Tanh, 0},
      {3, 2, 0, linear("stem.1", 63, 30), std::nullopt, Activation::Gelu, 2}};
  embedding.features->convolutions[0].norm =
      Norm{.kind = frontend::NormKind::Sequence,
           .epsilon = 1e-5,
           .gain = {"stem.gain"},
           .bias = checkpoints::TensorReference{"stem.shift"}};
  for (Stack *stack : {&description.source, &description.target}) {
    stack->embedding.positions = {};
    stack->selfAttention.variants = {
        {Rotary{.dims = 6, .theta = 100.0, .isInterleaved = true}, std::nullopt}};
  }
  TinyStack tiny{"decoder.layer.{layer}", 30, /*hasBias=*/true, {.epsilon = 1e-5}};
  description.target.feedForward = tiny.feedForward(Activation::Silu, 41, /*isGated=*/true);
  return description;
}

/// Like models that hear while one speaks: frames normalized by themselves, windows that look back,
/// positions that only the target sees. `scale`: before frames are compressed.
inline frontend::Description tinyFrames(double scale = 0.75) {
  using namespace frontend;
  Description description = tinyWave();
  description.name = scale < 1 ? "tiny_frames" : "tiny_loud_frames";
  auto linear = [](const std::string &part, int64_t inputs, int64_t outputs) -> Linear {
    return {{part}, std::nullopt, inputs, outputs};
  };
  Stack &source = description.source;
  source.layerCount = 2;
  Features features{.width = 11};
  features.standardization = {.epsilon = 1e-6, .scale = scale, .activation = Activation::Asinh};
  features.convolutions = {{1, 1, 0, linear("stem.0", 11, 13), std::nullopt, Activation::Silu},
                           {5, 2, 4, linear("stem.1", 65, 30), std::nullopt, std::nullopt, 0}};
  source.embedding = {.features = features};
  source.selfAttention.variants = {{.window = Window{.before = 3, .after = 2}},
                                   {.window = Window{.before = 2, .after = 0}}};
  description.memoryPositions = {PositionKind::Learned, 60, 1,
                                 checkpoints::TensorReference{"memory.positions"}};
  description.projection = linear("memory.projection", 30, 30);
  return description;
}

/// Like Firefox's translators: a recurrence in place of the target's self-attention, zeros in place
/// of its first embedding.
inline frontend::Description tinyStudent() {
  using namespace frontend;
  Description description = tinyMarian();
  description.name = "tiny_student";
  Stack &target = description.target;
  TinyStack tiny{"decoder.layer.{layer+1}", 30, /*hasBias=*/true, {.epsilon = 1e-6}};
  target.selfAttention = {};
  target.recurrence = Recurrence{.gate = tiny.linear("rnn.f", 30, 30),
                                 .value = tiny.linear("rnn", 30, 30),
                                 .activation = Activation::Relu,
                                 .norm = tiny.norm("rnn.norm")};
  target.recurrence->value.bias.reset();
  target.embedding.isFirstZero = true;
  return description;
}

/// One side alone: states of a source, or a target that continues its prompt.
inline frontend::Description tinyEncoder() {
  frontend::Description description = tinyMarian();
  description.name = "tiny_encoder";
  description.target = {};
  description.logits = {};
  return description;
}
inline frontend::Description tinyDecoder() {
  frontend::Description description = tinyMarian();
  description.name = "tiny_decoder";
  description.source = {};
  description.target.crossAttention.reset();
  return description;
}

} // namespace transept::testing

#pragma GCC diagnostic pop

#endif

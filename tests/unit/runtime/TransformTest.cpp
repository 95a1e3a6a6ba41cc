// SPDX-License-Identifier: Apache-2.0
//
// Models of whole targets: results of ragged batches, empty sources and targets, padded arrays with
// holes in their masks, and what is refused.

#include "ErrorOf.h"
#include "ToyTransformer.h"

#include "transept/padded.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <memory>

namespace transept::tests {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

/// A state is the target row's first number plus the sum of the source's first column, then the
/// row's position.
class Transform : public testing::Test {
protected:
  /// Target rows whose first numbers are `firsts`.
  static std::vector<float> target(std::initializer_list<float> firsts) {
    std::vector<float> rows;
    for (float first : firsts)
      rows.insert(rows.end(), {first, 0.5f, -0.5f});
    return rows;
  }
  static std::vector<float> source(std::initializer_list<float> firsts) {
    std::vector<float> rows;
    for (float first : firsts)
      rows.insert(rows.end(), {first, 0});
    return rows;
  }

  /// A model opened by its C functions.
  transept_model *openRaw() {
    transept_model *raw = nullptr;
    EXPECT_EQ(toy.table.runtime->open(&toy.table, nullptr, &raw, nullptr), TRANSEPT_OK);
    return raw;
  }

  ToyTransformer toy;
  Model model = toy.open();
};

TEST_F(Transform, GivesStatesAndWeights) {
  Source encoded = model.encodeFeatures(source({1, 2, 4}));
  std::vector<std::size_t> layers{1, 0};
  Transformed result = model.transform(encoded, target({10, 20}), layers);
  EXPECT_EQ(result.states.width, 2u);
  EXPECT_EQ(result.states.size(), 2u);
  EXPECT_THAT(result.states.values, ElementsAre(17, 0, 27, 1));
  ASSERT_EQ(result.attention.size(), 2u);
  EXPECT_EQ(result.attention[0].heads, 1u);
  EXPECT_EQ(result.attention[1].heads, 2u);
  EXPECT_EQ(result.attention[1](1, 1)[2], ToyTransformer::weight(0, 1, 1, 2));
  EXPECT_THAT(model.transform(encoded, target({10})).attention, IsEmpty());
}

TEST_F(Transform, TakesEmptySourcesAndEmptyTargets) {
  Source nothing = model.encodeFeatures({});
  EXPECT_EQ(nothing.length(), 0u);
  EXPECT_THAT(nothing.states(), IsEmpty());
  std::vector<std::size_t> layers{0};
  Transformed result = model.transform(nothing, target({10, 20}), layers);
  EXPECT_THAT(result.states.values, ElementsAre(10, 0, 20, 1));
  EXPECT_EQ(result.attention[0].keys, 0u);
  EXPECT_THAT(result.attention[0].values, IsEmpty());
  int calls = toy.decodeCalls;
  result = model.transform(nothing, {}, layers);
  EXPECT_EQ(result.states.size(), 0u);
  EXPECT_EQ(result.attention[0].rows, 0u);
  EXPECT_EQ(toy.decodeCalls, calls);
}

TEST_F(Transform, TakesASourceThatIsAllPadding) {
  std::vector<float> rows = source({5, 6});
  std::vector<std::uint8_t> mask{0, 0};
  Source encoded = model.encode({.ids = {}, .mask = mask, .features = rows});
  EXPECT_EQ(encoded.length(), 0u);
  EXPECT_THAT(model.transform(encoded, target({1})).states.values, ElementsAre(1, 0));
}

TEST_F(Transform, RunsARaggedBatchAtOnce) {
  transept_model *raw = openRaw();
  const transept_runtime &runtime = *toy.table.runtime;
  std::vector<float> first = source({1, 2}), second = source({5}), rows = target({10, 20, 30, 40});
  transept_source_input inputs[3]{};
  inputs[0].features = first.data();
  inputs[0].length = 2;
  inputs[2].features = second.data();
  inputs[2].length = 1;
  transept_source *sources[4]{};
  ASSERT_EQ(runtime.encode(raw, inputs, 3, sources, nullptr), TRANSEPT_OK);
  sources[3] = sources[0];
  // The third target has no rows.
  std::uint64_t offsets[] = {0, 1, 3, 3, 4};
  std::vector<float> states(8, -7), weights(2 * (1 * 2 + 2 * 0 + 0 * 1 + 1 * 2), -7);
  float *pointers[] = {weights.data(), nullptr};
  toy.decodeCalls = 0;
  ASSERT_EQ(
      runtime.transform(raw, sources, 4, rows.data(), offsets, states.data(), pointers, nullptr),
      TRANSEPT_OK);
  EXPECT_EQ(toy.decodeCalls, 1);
  EXPECT_THAT(states, ElementsAre(13, 0, 20, 0, 30, 1, 43, 0));
  auto weight = [](std::size_t head, std::size_t key) {
    return ToyTransformer::weight(0, head, 0, key);
  };
  EXPECT_THAT(weights, ElementsAre(weight(0, 0), weight(0, 1), weight(1, 0), weight(1, 1),
                                   weight(0, 0), weight(0, 1), weight(1, 0), weight(1, 1)));
  // Nobody has to want weights, and a batch may have no sources.
  EXPECT_EQ(
      runtime.transform(raw, sources, 4, rows.data(), offsets, states.data(), nullptr, nullptr),
      TRANSEPT_OK);
  EXPECT_EQ(runtime.transform(raw, nullptr, 0, nullptr, nullptr, nullptr, nullptr, nullptr),
            TRANSEPT_OK);
  std::uint64_t falling[] = {0, 2, 1, 1, 1};
  char *message = nullptr;
  EXPECT_EQ(
      runtime.transform(raw, sources, 4, rows.data(), falling, states.data(), nullptr, &message),
      TRANSEPT_INVALID_ARGUMENT);
  EXPECT_STREQ(message, "offsets[2] is 1, but must be 2 or more");
  runtime.release_message(message);
  for (int index : {0, 1, 2})
    runtime.release_source(sources[index]);
  runtime.close(raw);
}

TEST_F(Transform, DividesLargeBatchesBetweenTargetsOnly) {
  transept_model *raw = openRaw();
  const transept_runtime &runtime = *toy.table.runtime;
  std::vector<float> rows = source({1});
  transept_source_input input{};
  input.features = rows.data();
  input.length = 1;
  transept_source *encoded = nullptr;
  ASSERT_EQ(runtime.encode(raw, &input, 1, &encoded, nullptr), TRANSEPT_OK);
  // 300 + 212 rows fit into one invocation, the next does not, and the last is longer than one.
  std::uint64_t offsets[] = {0, 300, 512, 513, 1213};
  transept_source *sources[] = {encoded, encoded, encoded, encoded};
  std::vector<float> features(1213 * 3), states(1213 * 2, -7);
  for (std::size_t row = 0; row < 1213; ++row)
    features[row * 3] = float(row);
  toy.decodeCalls = 0;
  ASSERT_EQ(
      runtime.transform(raw, sources, 4, features.data(), offsets, states.data(), nullptr, nullptr),
      TRANSEPT_OK);
  EXPECT_EQ(toy.decodeCalls, 3);
  std::size_t target = 0;
  for (std::size_t row = 0; row < 1213; ++row) {
    while (offsets[target + 1] <= row)
      ++target;
    ASSERT_EQ(states[row * 2], float(row) + 1) << row;
    ASSERT_EQ(states[row * 2 + 1], float(row - offsets[target])) << row;
  }
  runtime.release_source(encoded);
  runtime.close(raw);
}

TEST_F(Transform, RefusesWrongRowsAndNumbers) {
  Source encoded = model.encodeFeatures(source({1}));
  std::vector<float> rows = target({1, 2});
  EXPECT_EQ(errorOf([&] { model.transform(encoded, std::span(rows).first(4)); }),
            "features has 4 numbers, but must have rows of 3");
  rows[5] = NAN;
  EXPECT_EQ(errorOf([&] { model.transform(encoded, rows); }),
            "features[1][2] is nan, but must be a finite number");
  rows[5] = INFINITY;
  EXPECT_EQ(errorOf([&] { model.transform(encoded, rows); }),
            "features[1][2] is inf, but must be a finite number");
  std::vector<std::size_t> layers{2};
  EXPECT_EQ(errorOf([&] { model.transform(encoded, target({1}), layers); }),
            "layers[0] is 2, but must be one of the 2 cross-attentions, each once");
  Model other = toy.open();
  EXPECT_EQ(errorOf([&] { other.transform(encoded, target({1})); }),
            "sources[0] is from another model, but must be encoded by this one");
}

TEST_F(Transform, RefusesTargetsThatAreLongerThanTheModelHasPositions) {
  toy.table.maximum_target_length = 2;
  Source encoded = model.encodeFeatures(source({1}));
  EXPECT_EQ(model.transform(encoded, target({1, 2})).states.size(), 2u);
  EXPECT_EQ(errorOf([&] { model.transform(encoded, target({1, 2, 3})); }),
            "targets[0] has 3 rows, but must have at most 2");
}

TEST_F(Transform, HasNoTokens) {
  std::string message = "this model has no target vocabulary: use transform";
  Source encoded = model.encodeFeatures(source({1}));
  std::vector<Id> ids{1};
  std::vector<std::size_t> layers{0};
  EXPECT_EQ(errorOf([&] { model.generate(encoded); }), message);
  EXPECT_EQ(errorOf([&] { model.logits(encoded, ids); }), message);
  EXPECT_EQ(errorOf([&] { model.crossAttention(encoded, ids, layers); }), message);
  EXPECT_EQ(errorOf([&] { encoded.decode(); }), message);
}

TEST_F(Transform, IsNotForModelsOfTokens) {
  ToyTransformer tokens(ToyTransformer::Target::Tokens);
  Model generator = tokens.open();
  Source encoded = generator.encodeFeatures(source({1}));
  EXPECT_EQ(errorOf([&] { generator.transform(encoded, target({1})); }),
            "this model has no target features: use generate or logits");
  bool mask = false;
  float number = 0;
  EXPECT_EQ(errorOf([&] {
              transformPadded(generator, {1, 1, 1}, &number, &number, &mask, &number, nullptr);
            }),
            "this model reads token ids, not rows of features");
}

TEST(EncoderAlone, HasNeitherTokensNorFeaturesToDecode) {
  ToyTransformer toy;
  toy.table.target_feature_width = toy.table.target_state_width = 0;
  Model model = toy.open();
  std::vector<float> rows{1, 0};
  Source encoded = model.encodeFeatures(rows);
  EXPECT_EQ(errorOf([&] { model.generate(encoded); }),
            "this model has no target vocabulary: it encodes sources and nothing else");
  EXPECT_EQ(errorOf([&] { model.transform(encoded, {}); }),
            "this model has no target features: it encodes sources and nothing else");
}

/// Padded arrays: 2 pairs of 2 target rows and 4 source rows.
class Padded : public testing::Test {
protected:
  static constexpr PaddedShape shape{.batch = 2, .targetRows = 2, .sourceRows = 4};

  explicit Padded(bool isAveraged = false) { toy.returnAttention(0, isAveraged); }

  /// Transforms target rows 10, 20 | 30, 40 over source rows 1, 2, 4, 8 | 16, 32, 64, 128.
  void transform(const std::array<bool, 8> *mask, bool wantsWeights = true) {
    std::vector<float> targets, sources;
    for (float first : {10.0f, 20.0f, 30.0f, 40.0f})
      targets.insert(targets.end(), {first, 0, 0});
    for (int bit = 0; bit < 8; ++bit)
      // Whatever lies in the padding must not be read.
      sources.insert(sources.end(), {mask && (*mask)[bit] ? float(NAN) : float(1 << bit), 0});
    states.assign(2 * 2 * 2, NAN);
    weights.assign(2 * 2 * 2 * 4, NAN);
    transformPadded(toy.open(), shape, targets.data(), sources.data(),
                    mask ? mask->data() : nullptr, states.data(),
                    wantsWeights ? weights.data() : nullptr);
  }

  /// The weights of one row over the four source rows, of which kept[i] is key i.
  void expectWeights(std::size_t pair, std::size_t head, std::size_t row,
                     std::vector<std::size_t> kept) {
    std::vector<float> expected(4, 0.0f);
    for (std::size_t key = 0; key < kept.size(); ++key)
      expected[kept[key]] = ToyTransformer::weight(0, head, row, key);
    auto begin = weights.begin() + std::ptrdiff_t(((pair * 2 + head) * 2 + row) * 4);
    EXPECT_EQ(std::vector<float>(begin, begin + 4), expected) << pair << head << row;
  }

  ToyTransformer toy;
  std::vector<float> states, weights;
};

TEST_F(Padded, WithoutAMaskTakesEverything) {
  transform(nullptr);
  EXPECT_THAT(states, ElementsAre(25, 0, 35, 1, 270, 0, 280, 1));
  for (std::size_t pair : {0, 1})
    for (std::size_t head : {0, 1})
      for (std::size_t row : {0, 1})
        expectWeights(pair, head, row, {0, 1, 2, 3});
}

TEST_F(Padded, LeavesHolesOutAndPutsWeightsBack) {
  std::array<bool, 8> mask{true, false, true, false, false, true, true, false};
  transform(&mask);
  EXPECT_THAT(states, ElementsAre(20, 0, 30, 1, 174, 0, 184, 1));
  for (std::size_t head : {0, 1})
    for (std::size_t row : {0, 1}) {
      expectWeights(0, head, row, {1, 3});
      expectWeights(1, head, row, {0, 3});
    }
}

TEST_F(Padded, GivesZeroWeightsForASourceThatIsNothingButPadding) {
  std::array<bool, 8> mask{true, true, true, true, false, false, false, true};
  transform(&mask);
  EXPECT_THAT(states, ElementsAre(10, 0, 20, 1, 142, 0, 152, 1));
  EXPECT_THAT(std::vector<float>(weights.begin(), weights.begin() + 16), Each(0));
  expectWeights(1, 1, 1, {0, 1, 2});
}

TEST_F(Padded, GivesStatesAlone) {
  transform(nullptr, /*wantsWeights=*/false);
  EXPECT_THAT(states, ElementsAre(25, 0, 35, 1, 270, 0, 280, 1));
}

TEST_F(Padded, TakesEmptyDimensions) {
  Model model = toy.open();
  std::vector<float> targets(6, 1), sources(4, 1), result(4, -7), none(1, -7);
  // Neither pairs, nor target rows: nothing is written.
  transformPadded(model, {}, nullptr, nullptr, nullptr, none.data(), none.data());
  transformPadded(model, {.batch = 2, .targetRows = 0, .sourceRows = 1}, nullptr, sources.data(),
                  nullptr, none.data(), none.data());
  EXPECT_THAT(none, ElementsAre(-7));
  // No source rows: states without a source, no weights.
  transformPadded(model, {.batch = 2, .targetRows = 1, .sourceRows = 0}, targets.data(), nullptr,
                  nullptr, result.data(), none.data());
  EXPECT_THAT(result, ElementsAre(1, 0, 1, 0));
  EXPECT_THAT(none, ElementsAre(-7));
}

class PaddedAverage : public Padded {
protected:
  PaddedAverage() : Padded(/*isAveraged=*/true) {}
};

TEST_F(PaddedAverage, HasOneHead) {
  std::array<bool, 8> mask{false, true, false, true, true, true, true, true};
  transform(&mask);
  auto mean = [](std::size_t row, std::size_t key) {
    return (ToyTransformer::weight(0, 0, row, key) + ToyTransformer::weight(0, 1, row, key)) / 2;
  };
  EXPECT_THAT(std::vector<float>(weights.begin(), weights.begin() + 8),
              ElementsAre(mean(0, 0), 0, mean(0, 1), 0, mean(1, 0), 0, mean(1, 1), 0));
  EXPECT_THAT(std::vector<float>(weights.begin() + 8, weights.begin() + 16), Each(0));
  // One head's worth of numbers and no more.
  EXPECT_TRUE(std::isnan(weights[16]));
}

TEST(PaddedModels, WithoutReturnedWeightsHaveNoneToGive) {
  ToyTransformer toy;
  Model model = toy.open();
  std::vector<float> targets(3), sources(2), states(2), weights(2);
  EXPECT_EQ(errorOf([&] {
              transformPadded(model, {1, 1, 1}, targets.data(), sources.data(), nullptr,
                              states.data(), weights.data());
            }),
            "this model returns no attention weights");
}

} // namespace
} // namespace transept::tests

// SPDX-License-Identifier: Apache-2.0
//
// Weights of cross-attentions reach the caller in its layout, [heads, rows, keys], whatever chunks
// decode ran in.

#include "ErrorOf.h"
#include "ToyTransformer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

class CrossAttention : public testing::Test {
protected:
  Source sourceOf(std::size_t rows) {
    return model.encodeFeatures(std::vector<float>(rows * 2, 1));
  }

  static void expectWeights(const AttentionWeights &weights, std::size_t layer, std::size_t heads,
                            std::size_t rows, std::size_t keys) {
    ASSERT_EQ(weights.heads, heads);
    ASSERT_EQ(weights.rows, rows);
    ASSERT_EQ(weights.keys, keys);
    ASSERT_EQ(weights.values.size(), heads * rows * keys);
    for (std::size_t head = 0; head < heads; ++head)
      for (std::size_t row = 0; row < rows; ++row)
        for (std::size_t key = 0; key < keys; ++key)
          ASSERT_EQ(weights(head, row)[key], ToyTransformer::weight(layer, head, row, key))
              << head << " " << row << " " << key;
  }

  ToyTransformer toy{ToyTransformer::Target::Tokens};
  Model model = toy.open();
};

TEST_F(CrossAttention, GivesTheLayersThatWereAskedForInThatOrder) {
  // 17 keys: generated code rounds rows of weights up to 32.
  Source source = sourceOf(17);
  std::vector<Id> ids{1, 4, 5};
  std::vector<std::size_t> both{1, 0}, one{1};
  std::vector<AttentionWeights> weights = model.crossAttention(source, ids, both);
  ASSERT_EQ(weights.size(), 2u);
  expectWeights(weights[0], 1, 1, 3, 17);
  expectWeights(weights[1], 0, 2, 3, 17);
  weights = model.crossAttention(source, ids, one);
  ASSERT_EQ(weights.size(), 1u);
  expectWeights(weights[0], 1, 1, 3, 17);
  EXPECT_THAT(model.crossAttention(source, ids, {}), IsEmpty());
}

TEST_F(CrossAttention, FeedsLongTargetsInChunks) {
  std::vector<Id> ids(1100, 3);
  std::vector<std::size_t> layers{0};
  std::vector<AttentionWeights> weights = model.crossAttention(sourceOf(5), ids, layers);
  EXPECT_EQ(toy.decodeCalls, 3);
  expectWeights(weights[0], 0, 2, 1100, 5);
}

TEST_F(CrossAttention, OfABatchLiesSourceAfterSource) {
  Source first = sourceOf(3), second = sourceOf(2);
  const transept_runtime &runtime = *toy.table.runtime;
  transept_model *raw = nullptr;
  ASSERT_EQ(runtime.open(&toy.table, nullptr, &raw, nullptr), TRANSEPT_OK);
  std::vector<float> features(6, 1);
  transept_source_input inputs[2]{};
  inputs[0].features = inputs[1].features = features.data();
  inputs[0].length = 3;
  inputs[1].length = 2;
  transept_source *sources[2];
  ASSERT_EQ(runtime.encode(raw, inputs, 2, sources, nullptr), TRANSEPT_OK);
  std::int32_t ids[] = {1, 2, 3};
  std::uint64_t offsets[] = {0, 1, 3};
  std::vector<float> numbers(2 * 3 + 2 * 2 * 2, -7);
  float *weights[] = {numbers.data(), nullptr};
  ASSERT_EQ(runtime.cross_attention(raw, sources, 2, ids, offsets, weights, nullptr), TRANSEPT_OK);
  auto weight = [](std::size_t head, std::size_t row, std::size_t key) {
    return ToyTransformer::weight(0, head, row, key);
  };
  EXPECT_THAT(numbers,
              ElementsAre(weight(0, 0, 0), weight(0, 0, 1), weight(0, 0, 2), weight(1, 0, 0),
                          weight(1, 0, 1), weight(1, 0, 2), weight(0, 0, 0), weight(0, 0, 1),
                          weight(0, 1, 0), weight(0, 1, 1), weight(1, 0, 0), weight(1, 0, 1),
                          weight(1, 1, 0), weight(1, 1, 1)));
  char *message = nullptr;
  EXPECT_EQ(runtime.cross_attention(raw, sources, 2, ids, offsets, nullptr, &message),
            TRANSEPT_INVALID_ARGUMENT);
  EXPECT_STREQ(message, "weights is null, but must be given");
  runtime.release_message(message);
  runtime.release_source(sources[0]);
  runtime.release_source(sources[1]);
  runtime.close(raw);
}

TEST_F(CrossAttention, RefusesOtherLayersAndIds) {
  Source source = sourceOf(2);
  std::vector<Id> ids{1}, wrong{1, 7}, none;
  std::vector<std::size_t> two{0, 2}, twice{1, 1}, first{0};
  EXPECT_EQ(errorOf([&] { model.crossAttention(source, ids, two); }),
            "layers[1] is 2, but must be one of the 2 cross-attentions, each once");
  EXPECT_EQ(errorOf([&] { model.crossAttention(source, ids, twice); }),
            "layers[1] is 1, but must be one of the 2 cross-attentions, each once");
  EXPECT_EQ(errorOf([&] { model.crossAttention(source, wrong, first); }),
            "targets[0][1] is 7, but must be 0 to 6");
  EXPECT_EQ(errorOf([&] { model.crossAttention(source, none, first); }),
            "targets[0] has 0 tokens, but must have 1 or more");
}

TEST(AttentionWeights, AverageOverHeads) {
  AttentionWeights weights{2, 2, 3, {1, 2, 3, 4, 5, 6, 3, 4, 5, 6, 7, 8}};
  AttentionWeights mean = weights.averaged();
  EXPECT_EQ(mean.heads, 1u);
  EXPECT_THAT(mean.values, ElementsAre(2, 3, 4, 5, 6, 7));
  AttentionWeights nothing{4, 3, 0, {}};
  EXPECT_THAT(nothing.averaged().values, IsEmpty());
}

} // namespace
} // namespace transept::tests

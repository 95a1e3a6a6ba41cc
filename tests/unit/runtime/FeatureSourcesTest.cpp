// SPDX-License-Identifier: Apache-2.0
//
// Sources of features: what is refused and how it is said, how many rows come out, what padding
// does, and when two sources are the same.

#include "ErrorOf.h"
#include "ToyTransformer.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace transept::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Mask = std::vector<std::uint8_t>;

/// Rows 1, 2, 3, ... with the negative in the second column.
std::vector<float> counted(std::size_t rows) {
  std::vector<float> features;
  for (std::size_t row = 0; row < rows; ++row)
    features.insert(features.end(), {float(row + 1), -float(row + 1)});
  return features;
}

/// A model of speech: a convolution that halves the rows, then tokens.
class FeatureSources : public testing::Test {
protected:
  FeatureSources() { toy.addStep(/*kernel=*/3, /*stride=*/2, /*padding=*/1, /*leading=*/0); }

  Source encode(std::span<const float> features, std::span<const std::uint8_t> mask = {}) {
    return model().encode({.ids = {}, .mask = mask, .features = features});
  }
  std::string refusal(std::span<const float> features, std::span<const std::uint8_t> mask = {}) {
    return errorOf([&] { encode(features, mask); });
  }
  /// The first column of a source's states.
  static std::vector<float> column(const Source &source) {
    std::vector<float> numbers;
    for (std::size_t row = 0; row < source.length(); ++row)
      numbers.push_back(source.states()[row * 2]);
    return numbers;
  }
  /// Opened at the first use, so that tests can change the table.
  Model &model() {
    if (!opened)
      opened = toy.open();
    return *opened;
  }

  ToyTransformer toy{ToyTransformer::Target::Tokens};
  std::optional<Model> opened;
};

TEST_F(FeatureSources, BecomeAsManyRowsAsTheConvolutionsLeave) {
  // Row i adds up rows 2i - 1, 2i and 2i + 1.
  EXPECT_THAT(column(encode(counted(1))), ElementsAre(1));
  EXPECT_THAT(column(encode(counted(2))), ElementsAre(3));
  EXPECT_THAT(column(encode(counted(3))), ElementsAre(3, 5));
  EXPECT_THAT(column(encode(counted(5))), ElementsAre(3, 9, 9));
  EXPECT_EQ(encode(counted(5)).states()[1], -3);
}

TEST_F(FeatureSources, PassThroughSeveralSteps) {
  toy.addStep(2, 2, 1, 3);
  // Rows 1 to 5 become 3, 9, 9, and these 3 and 18 behind three leading rows.
  EXPECT_THAT(column(encode(counted(5))), ElementsAre(-1, -1, -1, 3, 18));
  EXPECT_THAT(encode(counted(5)).positions(), ElementsAre(0, 1, 2, 3, 4));
}

TEST_F(FeatureSources, HaveNoIds) {
  Source source = model().encodeFeatures(counted(4));
  EXPECT_EQ(source.length(), 2u);
  EXPECT_THAT(source.ids(), IsEmpty());
  EXPECT_THAT(source.positions(), ElementsAre(0, 1));
}

TEST_F(FeatureSources, ShowTheirPaddingToConvolutionsButNotToAttention) {
  Mask mask{1, 1, 1, 0, 0};
  Source padded = encode(counted(5), mask);
  // As long as three rows, but the second row has seen the fourth.
  EXPECT_THAT(column(padded), ElementsAre(3, 9));
  EXPECT_THAT(column(encode(counted(3))), ElementsAre(3, 5));
}

TEST_F(FeatureSources, MayBeAllPaddingButNotForATokenModel) {
  EXPECT_EQ(refusal(counted(2), Mask{0, 0}),
            "sources[0] has 0 unmasked rows after the convolutions, but must have 1 or more");
}

TEST_F(FeatureSources, AreCachedByContent) {
  std::vector<float> features = counted(4), copy = features, other = features;
  other[7] = 9;
  Source first = encode(features), second = encode(copy);
  EXPECT_EQ(first.states().data(), second.states().data());
  EXPECT_EQ(toy.encodeCalls, 1);
  EXPECT_NE(encode(other).states().data(), first.states().data());
  EXPECT_EQ(toy.encodeCalls, 2);
  Statistics statistics = model().statistics();
  EXPECT_EQ(statistics.encoder_hits, 1u);
  EXPECT_EQ(statistics.encoder_misses, 2u);
}

TEST_F(FeatureSources, AreCachedByWhatTheMaskLeaves) {
  std::vector<float> features = counted(6);
  Mask all{1, 1, 1, 1, 1, 1}, half{1, 1, 1, 0, 0, 0};
  Source plain = encode(features), unmasked = encode(features, all),
         masked = encode(features, half);
  EXPECT_EQ(plain.states().data(), unmasked.states().data());
  EXPECT_NE(plain.states().data(), masked.states().data());
  EXPECT_EQ(masked.length(), 2u);
  // Equal rows of another number are another source.
  std::vector<float> zeros(8, 0.0f);
  EXPECT_EQ(encode(std::span(zeros).first(4)).length(), 1u);
  EXPECT_EQ(encode(zeros).length(), 2u);
}

TEST_F(FeatureSources, RunOneByOneInABatch) {
  std::vector<float> features = counted(3), more = counted(5);
  std::vector<SourceInput> inputs{{.ids = {}, .features = features},
                                  {.ids = {}, .features = more},
                                  {.ids = {}, .features = features}};
  std::vector<Source> sources = model().encodeBatch(inputs);
  EXPECT_THAT(column(sources[0]), ElementsAre(3, 5));
  EXPECT_THAT(column(sources[1]), ElementsAre(3, 9, 9));
  EXPECT_EQ(sources[0].states().data(), sources[2].states().data());
  EXPECT_EQ(toy.encodeCalls, 2);
}

TEST_F(FeatureSources, AreRefusedWhereOnePartIsWrong) {
  std::vector<float> features = counted(3);
  std::vector<Id> ids{1, 2, 3};
  std::vector<std::int32_t> positions{0, 1, 2};
  EXPECT_EQ(errorOf([&] { model().encodeFeatures(std::span(features).first(5)); }),
            "sources[0].features has 5 numbers, but must have rows of 2");
  EXPECT_EQ(
      errorOf([&] { model().encode(ids); }),
      "sources[0].features is null, but must be rows of 2 numbers: this model reads features");
  EXPECT_EQ(errorOf([&] { model().encode({.ids = ids, .features = features}); }),
            "sources[0].ids is given, but must be left out: this model reads features");
  EXPECT_EQ(
      errorOf([&] { model().encode({.ids = {}, .positions = positions, .features = features}); }),
      "sources[0].positions is given, but must be left out: this model reads features");
  EXPECT_EQ(refusal({}), "sources[0] has 0 rows after the convolutions, but must have 1 or more");
}

TEST_F(FeatureSources, MustBeFinite) {
  std::vector<float> features = counted(3);
  features[3] = NAN;
  std::vector<SourceInput> inputs{{.ids = {}, .features = std::span(features).first(2)},
                                  {.ids = {}, .features = features}};
  EXPECT_EQ(errorOf([&] { model().encodeBatch(inputs); }),
            "sources[1].features[1][1] is nan, but must be a finite number");
  features[3] = -INFINITY;
  EXPECT_EQ(refusal(features), "sources[0].features[1][1] is -inf, but must be a finite number");
  // In the padding, too: convolutions read it.
  EXPECT_EQ(refusal(features, Mask{1, 0, 0}),
            "sources[0].features[1][1] is -inf, but must be a finite number");
}

TEST_F(FeatureSources, AreMaskedAtTheEndOnly) {
  EXPECT_EQ(
      refusal(counted(3), Mask{1, 0, 1}),
      "sources[0].mask[1] is 0, but must be 1 for all rows before the padding at the end, and "
      "0 behind them");
  EXPECT_EQ(
      refusal(counted(3), Mask{1, 2, 0}),
      "sources[0].mask[1] is 2, but must be 1 for all rows before the padding at the end, and "
      "0 behind them");
  EXPECT_EQ(refusal(counted(3), Mask{1, 1}),
            "sources[0].mask has 2 numbers, but must have none or 3, one for each id");
}

/// Each row becomes one, behind a row of the model's own.
TEST(LooseFeatures, MayBeLeftOutAnywhere) {
  ToyTransformer toy(ToyTransformer::Target::Tokens);
  toy.addStep(/*kernel=*/1, /*stride=*/1, /*padding=*/0, /*leading=*/1);
  Model model = toy.open();
  std::vector<float> features = counted(4);
  features[3] = NAN; // nobody reads it
  Mask mask{1, 0, 0, 1}, wrong{1, 2, 1, 1}, none{0, 0, 0, 0};
  Source source = model.encode({.ids = {}, .mask = mask, .features = features});
  EXPECT_THAT(source.positions(), ElementsAre(0, 1, 4));
  EXPECT_THAT(std::vector(source.states().begin(), source.states().end()),
              ElementsAre(-1, -1, 1, -1, 4, -4));
  EXPECT_EQ(errorOf([&] { model.encode({.ids = {}, .mask = wrong, .features = features}); }),
            "sources[0].mask[1] is 2, but must be 0 or 1");
  EXPECT_EQ(model.encode({.ids = {}, .mask = none, .features = features}).length(), 1u);
}

TEST(LooseFeatures, CountRowsOfTables) {
  ToyTransformer toy(ToyTransformer::Target::Tokens);
  transept_counted_column counts = {.column = 1, .count = 3, .first_row = 0, .reserved = 0};
  toy.table.counted_columns = &counts;
  toy.table.counted_column_count = 1;
  Model model = toy.open();
  auto refusal = [&](float number) {
    std::vector<float> features{9, 0, 9, number};
    return errorOf([&] { model.encodeFeatures(features); });
  };
  EXPECT_EQ(refusal(2), "no error");
  EXPECT_EQ(refusal(3), "sources[0].features[1][1] is 3, but must be a whole number from 0 to 2");
  EXPECT_THAT(refusal(0.5F), testing::HasSubstr("is 0.5"));
  EXPECT_THAT(refusal(-1), testing::HasSubstr("is -1"));
  counts.first_row = 1;
  EXPECT_EQ(refusal(3), "sources[0].features[1][1] is 3, but must be a whole number from 0 to 2");
  counts.first_row = 2;
  EXPECT_EQ(refusal(3), "no error") << "rows before a prompt are no ids";
}

TEST_F(FeatureSources, HaveTheUsualNumberOfRowsUnlessFewerAreAllowed) {
  toy.table.source_feature_count = 4;
  EXPECT_EQ(encode(counted(4)).length(), 2u);
  EXPECT_EQ(refusal(counted(3)), "sources[0] has 3 rows of features, but must have 4, or fewer "
                                 "where the call allows it");
  EXPECT_EQ(refusal(counted(5)), "sources[0] has 5 rows of features, but must have at most 4");
  std::vector<float> three = counted(3), five = counted(5);
  EXPECT_EQ(model().encode({.ids = {}, .features = three, .allowFewerFeatures = true}).length(),
            2u);
  EXPECT_EQ(
      errorOf([&] { model().encode({.ids = {}, .features = five, .allowFewerFeatures = true}); }),
      "sources[0] has 5 rows of features, but must have at most 4");
}

TEST_F(FeatureSources, AreNotAllowedToBeFewerWhereAnyNumberIs) {
  std::vector<float> three = counted(3);
  EXPECT_EQ(
      errorOf([&] { model().encode({.ids = {}, .features = three, .allowFewerFeatures = true}); }),
      "whether fewer features are allowed for sources[0] is true, but must be false: this model "
      "takes any number of them");
}

TEST_F(FeatureSources, AreBoundedByThePositionsOfTheEncoder) {
  toy.table.maximum_source_length = 2;
  EXPECT_EQ(encode(counted(4)).length(), 2u);
  EXPECT_EQ(refusal(counted(5)),
            "sources[0] has 3 rows after the convolutions, but must have 1 to 2");
  // Padding has positions as well.
  EXPECT_EQ(refusal(counted(5), Mask{1, 1, 1, 0, 0}),
            "sources[0] has 3 rows after the convolutions, but must have 1 to 2");
}

TEST_F(FeatureSources, AreNotForModelsOfTokens) {
  toy.table.source_feature_width = 0;
  toy.table.source_vocabulary_size = 9;
  std::vector<float> features = counted(1);
  std::vector<Id> ids{1};
  EXPECT_EQ(errorOf([&] { model().encode({.ids = ids, .features = features}); }),
            "sources[0].features is given, but must be left out: this model reads token ids");
}

TEST(FeatureTables, AreCheckedWhenTheyAreOpened) {
  ToyTransformer both;
  both.table.source_vocabulary_size = 5;
  EXPECT_EQ(errorOf([&] { both.open(); }),
            "the model table has a vocabulary and features on one side");
  ToyTransformer stateless;
  stateless.table.target_state_width = 0;
  EXPECT_EQ(errorOf([&] { stateless.open(); }),
            "the model table has target features, but no states as a result");
}

} // namespace
} // namespace transept::tests

// SPDX-License-Identifier: Apache-2.0
//
// What other programs have and transformers has not: alternatives at a position, the coverage
// penalty, prompts that results are only drawn to. Patience and the numbers of soft prompts are
// among the random options of TokenRulesTest.

#include "ErrorOf.h"
#include "Random.h"
#include "ToyModel.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace transept::tests {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

/// The ids with the highest logits behind `prefix`, and their log-probabilities.
std::vector<std::pair<Id, double>> likeliest(const ToyModel &toy, std::span<const Id> source,
                                             std::span<const Id> prefix, std::size_t count) {
  std::vector<float> logits = toy.logits(source, prefix);
  double sum = 0;
  for (float logit : logits)
    sum += std::exp(double(logit));
  std::vector<Id> order(logits.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, std::greater<>(), [&](Id id) { return logits[std::size_t(id)]; });
  std::vector<std::pair<Id, double>> result;
  for (std::size_t rank = 0; rank < count; ++rank)
    result.emplace_back(order[rank], double(logits[std::size_t(order[rank])]) - std::log(sum));
  return result;
}

TEST(Alternatives, AreTheLikeliestNextTokensEachContinuedByItself) {
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    ToyModel toy(seed, 23, float(random.upTo(3)));
    Model model = toy.open();
    std::vector<Id> sourceIds = random.ids(5, 23);
    Source source = model.encode(sourceIds);
    GenerateOptions options{.beams = 1 + random.upTo(3), .maximumLength = 20};
    options.lengthPenalty = 0;
    options.prompt = random.ids(1 + random.upTo(20), 23);
    options.prompt.front() = 1;
    options.maximumLength = int(options.prompt.size()) + 12;
    options.returnCount = 4;
    options.alternatives = true;
    options.tokenScores = static_cast<TokenScores>(1 + random.upTo(1));
    Generation found = model.generate(source, options);
    ASSERT_EQ(found.sequences.size(), 4u);
    auto tokens = likeliest(toy, sourceIds, options.prompt, 4);
    GenerateOptions plain = options;
    plain.alternatives = false;
    plain.returnCount = 1;
    for (std::size_t rank = 0; rank != 4; ++rank) {
      plain.prompt = options.prompt;
      plain.prompt.push_back(tokens[rank].first);
      Sequence expected{plain.prompt};
      if (tokens[rank].first != 2)
        expected = model.generate(source, plain).best();
      const Sequence &actual = found.sequences[rank];
      EXPECT_EQ(actual.ids, expected.ids) << "seed " << seed << " rank " << rank;
      EXPECT_NEAR(double(actual.score), double(expected.score) + tokens[rank].second, 1e-4)
          << "seed " << seed << " rank " << rank;
      EXPECT_EQ(actual.tokenScores.size(), actual.ids.size() - options.prompt.size());
    }
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
  }
}

TEST(Alternatives, DoNotDependOnWhatElseIsInTheCall) {
  ToyModel toy(5, 23, 1);
  Model model = toy.open();
  std::vector<std::vector<Id>> ids{{4, 5, 6}, {7}, {8, 9}, {4, 5, 6}};
  std::vector<Source> sources = model.encodeBatch(ids);
  for (int beams : {1, 3}) {
    GenerateOptions options{.beams = beams, .returnCount = 5, .maximumLength = 15};
    options.forcedBeginning = 9;
    options.alternatives = true;
    std::vector<Generation> all = model.generateBatch(sources, options);
    for (std::size_t index = 0; index != sources.size(); ++index) {
      Generation alone = model.generate(sources[index], options);
      ASSERT_EQ(alone.sequences.size(), all[index].sequences.size());
      for (std::size_t rank = 0; rank != alone.sequences.size(); ++rank) {
        EXPECT_EQ(alone.sequences[rank].ids, all[index].sequences[rank].ids);
        EXPECT_EQ(alone.sequences[rank].score, all[index].sequences[rank].score);
        EXPECT_EQ(alone.sequences[rank].ids[1], 9);
      }
    }
  }
}

TEST(Alternatives, AreHeardAndEndedAsOtherSearches) {
  ToyModel toy(5, 23);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  std::vector<Id> told;
  GenerateOptions options{.returnCount = 3, .maximumLength = 15};
  options.alternatives = true;
  options.onToken = [&](std::size_t, Id id) {
    told.push_back(id);
    return true;
  };
  std::vector<Id> best = model.generate(source, options).ids();
  EXPECT_THAT(told, ElementsAreArray(best.begin() + 1, best.end()));
  std::stop_source stop;
  stop.request_stop();
  options.stop = stop.get_token();
  options.keepPartial = true;
  EXPECT_EQ(model.generate(source, options).best().finishReason, FinishReason::Cancelled);
  auto error = [&](GenerateOptions given) {
    given.alternatives = true;
    return errorOf([&] { model.generate(source, given); });
  };
  EXPECT_EQ(error({.sample = true}), "alternatives is 1, but must be 0 when sample is set");
  EXPECT_THAT(error({.beams = 2, .prefixBias = 0.5f}),
              HasSubstr("prefixBias is 0.5, but must be 0"));
  EXPECT_THAT(error({.returnCount = 24}), HasSubstr("returnCount is 24, but must be 1 to 23"));
}

TEST(Coverage, PutsResultsInOrderByWhatTheyLookAt) {
  int reordered = 0;
  for (unsigned seed = 0; seed < 100; ++seed) {
    Random random(seed);
    ToyModel toy(seed, 23, 2);
    for (int number = 0; number < 20 * 4; ++number)
      toy.parameters.attention.push_back(random.fraction() / 8);
    Model model = toy.open();
    Source source = model.encode(random.ids(4, 23));
    GenerateOptions options{.beams = 4, .returnCount = 4, .maximumLength = 15};
    std::vector<Sequence> expected = model.generate(source, options).sequences;
    std::vector<Id> best = expected.front().ids;
    for (Sequence &each : expected)
      for (std::size_t key = 0; key != 4; ++key) {
        double sum = 0;
        for (std::size_t row = 0; row + 1 < each.ids.size(); ++row)
          sum += double(toy.parameters.attention[row * 4 + key]);
        each.score += 0.5f * float(std::log(std::min(1.0, sum)));
      }
    std::ranges::stable_sort(expected, std::greater<>(), &Sequence::score);
    options.coveragePenalty = 0.5f;
    std::vector<Sequence> actual = model.generate(source, options).sequences;
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t rank = 0; rank != actual.size(); ++rank) {
      EXPECT_EQ(actual[rank].ids, expected[rank].ids) << "seed " << seed;
      EXPECT_NEAR(actual[rank].score, expected[rank].score, 1e-5f) << "seed " << seed;
    }
    reordered += actual.front().ids != best;
    options.returnCount = 1;
    EXPECT_EQ(model.generate(source, options).ids(), expected.front().ids);
  }
  EXPECT_GT(reordered, 10);
}

TEST(Coverage, IsRefusedWhereItCannotBe) {
  ToyModel toy(5, 23);
  Model model = toy.open();
  GenerateOptions options{.beams = 2, .coveragePenalty = 0.2f};
  options.onToken = [](std::size_t, Id) { return true; };
  EXPECT_EQ(errorOf([&] { model.generate(model.encode({4}), options); }),
            "coveragePenalty is 0.2, but must be 0 where onToken is given: which result is best is "
            "known at the end");
  toy.table.cross_attention_count = 0;
  EXPECT_EQ(
      errorOf([&] { model.generate(model.encode({4}), {.beams = 2, .coveragePenalty = 0.2f}); }),
      "coveragePenalty is 0.2, but must be 0: this model has no cross-attention");
}

TEST(SoftPrompt, IsLeftWhereItIsUnlikelyAndFollowedWhereTheBiasIsHigh) {
  ToyModel toy(5, 23);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  GenerateOptions options{.beams = 4, .maximumLength = 15};
  std::vector<Id> free = model.generate(source, options).ids();
  options.prompt = {9, 10, 11};
  options.prefixBias = 1e-6f;
  EXPECT_EQ(model.generate(source, options).ids(), free);
  options.prefixBias = 0.99f;
  std::vector<Id> drawn = model.generate(source, options).ids();
  EXPECT_THAT(std::vector<Id>(drawn.begin(), drawn.begin() + 4),
              testing::ElementsAre(1, 9, 10, 11));
  // With greedy search there is one prompt, and it is a hard one.
  options.beams = 1;
  EXPECT_EQ(model.generate(source, options).ids()[1], 9);
}

} // namespace
} // namespace transept::tests

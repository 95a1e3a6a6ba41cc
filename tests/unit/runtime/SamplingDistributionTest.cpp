// SPDX-License-Identifier: Apache-2.0
//
// Random numbers and what is drawn by them: known answers, and frequencies within bounds that
// chance exceeds once in a million.

#include "runtime/decode/SamplingDistribution.h"
#include "runtime/decode/Philox.h"

#include "ToyModel.h"

#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using runtime::Candidate;
using runtime::DrawPlace;
using runtime::GenerationSettings;
using runtime::philox;
using runtime::SamplingDistribution;
using testing::ElementsAre;

/// Of `counts` that should be draws of `probabilities`. Laurent and Massart (Annals of Statistics
/// 28, 2000, lemma 1): a chi-square of k degrees of freedom exceeds k + 2 sqrt(k x) + 2 x with a
/// probability of at most exp(-x).
void expectFrequencies(std::span<const int> counts, std::span<const double> probabilities) {
  double draws = 0, statistic = 0;
  for (int count : counts)
    draws += count;
  for (std::size_t bin = 0; bin < counts.size(); ++bin) {
    double expected = draws * probabilities[bin];
    ASSERT_GE(expected, 5) << "too few draws for bin " << bin;
    statistic += (counts[bin] - expected) * (counts[bin] - expected) / expected;
  }
  auto freedom = double(counts.size() - 1);
  const double rarity = std::log(1e6);
  EXPECT_LE(statistic, freedom + 2 * std::sqrt(freedom * rarity) + 2 * rarity);
}

/// The known answers that come with the authors' Random123 library.
TEST(Philox, GivesItsKnownAnswers) {
  EXPECT_THAT(philox({0, 0, 0, 0}, {0, 0}),
              ElementsAre(0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u));
  constexpr std::uint32_t ones = 0xffffffff;
  EXPECT_THAT(philox({ones, ones, ones, ones}, {ones, ones}),
              ElementsAre(0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu));
  EXPECT_THAT(philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              ElementsAre(0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u));
}

TEST(Philox, IsUniformAndIndependentAlongEachOfItsArguments) {
  const std::function<DrawPlace(std::uint32_t)> lines[] = {
      [](std::uint32_t at) { return DrawPlace{at, 0, 0, 1}; },
      [](std::uint32_t at) { return DrawPlace{0, at, 0, 1}; },
      [](std::uint32_t at) { return DrawPlace{0, 0, at, 1}; },
      [](std::uint32_t at) { return DrawPlace{0, 0, 0, at}; }};
  constexpr int bins = 16, draws = 1 << 16;
  const std::vector<double> equal(bins * bins, 1.0 / (bins * bins));
  for (const auto &placeAt : lines) {
    std::vector<int> pairs(bins * bins); // of each number with the next one
    for (std::uint32_t at = 0; at < draws; ++at) {
      double first = uniformAt(placeAt(at)), second = uniformAt(placeAt(at + 1));
      ASSERT_TRUE(first >= 0 && first < 1);
      ++pairs[std::size_t(first * bins) * bins + std::size_t(second * bins)];
    }
    expectFrequencies(pairs, equal);
  }
}

std::vector<Candidate> candidatesOf(std::initializer_list<float> scores) {
  std::vector<Candidate> result;
  for (float score : scores)
    result.push_back({std::int32_t(result.size()), score, score});
  return result;
}

/// The ids that can be drawn.
std::vector<std::int32_t> keptIds(const GenerationSettings &settings,
                                  const std::vector<Candidate> &candidates) {
  SamplingDistribution distribution(settings);
  distribution.assign(candidates);
  std::vector<std::int32_t> ids;
  for (int step = 0; step < 1000; ++step)
    if (auto id = distribution.draw(step / 1000.0).id; ids.empty() || ids.back() != id)
      ids.push_back(id);
  return ids;
}

TEST(SamplingDistribution, KeepsEqualScoresAtTheBorder) {
  GenerationSettings settings;
  std::vector<Candidate> candidates = candidatesOf({1, 2, 0.5f, 1, 1});
  settings.topK = 2;
  EXPECT_THAT(keptIds(settings, candidates), ElementsAre(0, 1, 3, 4));
  settings.topK = 0;
  settings.epsilonCutoff = 0.9f; // more than any has: the likeliest stay
  EXPECT_THAT(keptIds(settings, candidatesOf({1, 2, 2, 0})), ElementsAre(1, 2));
}

TEST(SamplingDistribution, DrawsSharesByRisingIdWhateverTheOrderGiven) {
  GenerationSettings settings;
  SamplingDistribution distribution(settings);
  std::vector<Candidate> candidates{{7, 0, 0}, {3, 0, 0}, {9, 0, 0}, {5, 0, 0}};
  distribution.assign(candidates);
  EXPECT_EQ(distribution.draw(0).id, 3);
  EXPECT_EQ(distribution.draw(0.26).id, 5);
  EXPECT_EQ(distribution.draw(0.74).id, 7);
  EXPECT_EQ(distribution.draw(0.75).id, 9);
  EXPECT_EQ(distribution.draw(1 - 0x1p-53).id, 9);
  EXPECT_NEAR(distribution.draw(0).logProbability, -std::log(4.0), 1e-12);
}

TEST(SamplingDistribution, NeverDrawsWhatHasNoShare) {
  GenerationSettings settings;
  SamplingDistribution distribution(settings);
  // Among so many sums of shares some are rounded to less than 1.
  for (std::int32_t count = 2; count < 60; ++count) {
    std::vector<Candidate> candidates;
    for (std::int32_t id = 0; id < count; ++id)
      candidates.push_back({id, 0, 0});
    candidates.push_back({count, -1000, 0});
    distribution.assign(candidates);
    EXPECT_EQ(distribution.draw(1 - 0x1p-53).id, count - 1);
  }
}

TEST(SamplingDistribution, RefusesScoresThatAreNotFinite) {
  GenerationSettings settings;
  settings.temperature = 1e-9f;
  SamplingDistribution distribution(settings);
  EXPECT_THROW(distribution.assign(candidatesOf({1, 1e38f})), Error);
}

TEST(Sampling, DrawsTokensAsOftenAsTheyAreProbable) {
  ToyModel toy(6, 23);
  Model model = toy.open();
  std::vector<Id> source{4, 5, 6}, start{1};
  std::vector<double> probabilities;
  double total = 0;
  for (float logit : toy.logits(source, start))
    total += probabilities.emplace_back(std::exp(double(logit) / 2));
  for (double &probability : probabilities)
    probability /= total;
  std::vector<int> bySample(23), bySeed(23);
  GenerateOptions options{.maximumNewTokens = 1, .sample = true, .temperature = 2, .topK = 0};
  Source encoded = model.encode(source);
  for (options.seed = 0; options.seed < 4096; ++options.seed)
    ++bySeed[std::size_t(model.generate(encoded, options).ids().back())];
  options.returnCount = 1024;
  for (options.seed = 0; options.seed < 4; ++options.seed)
    for (const Sequence &sequence : model.generate(encoded, options).sequences)
      ++bySample[std::size_t(sequence.ids.back())];
  expectFrequencies(bySeed, probabilities);
  expectFrequencies(bySample, probabilities);
}

} // namespace
} // namespace transept::tests

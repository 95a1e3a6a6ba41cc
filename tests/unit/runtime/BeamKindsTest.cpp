// SPDX-License-Identifier: Apache-2.0
//
// Beams in groups, beams that are sampled, and words that beams are steered to. Their numbers are
// compared with recorded ones by the golden tests; here is what holds for any model.

#include "ErrorOf.h"
#include "Random.h"
#include "ToyModel.h"

#include "runtime/decode/BeamChoices.h"
#include "runtime/decode/ForcedWords.h"

#include <algorithm>
#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>

namespace transept::tests {
namespace {

using runtime::ForcedWordsProgress;
using runtime::GenerationSettings;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

bool contains(const std::vector<Id> &ids, const std::vector<Id> &word) {
  return !std::ranges::search(ids, word).empty();
}

void expectSameBits(const Generation &actual, const Generation &expected) {
  ASSERT_EQ(actual.sequences.size(), expected.sequences.size());
  for (std::size_t rank = 0; rank < actual.sequences.size(); ++rank) {
    EXPECT_EQ(actual.sequences[rank].ids, expected.sequences[rank].ids);
    EXPECT_EQ(actual.sequences[rank].score, expected.sequences[rank].score);
    EXPECT_EQ(actual.sequences[rank].tokenScores, expected.sequences[rank].tokenScores);
  }
}

struct NamedOptions {
  const char *name;
  GenerateOptions options;

  friend void PrintTo(const NamedOptions &named, std::ostream *stream) { *stream << named.name; }
};
class BeamKinds : public testing::TestWithParam<NamedOptions> {};

TEST_P(BeamKinds, GiveTheSameAloneAndInABatchWithAnyThreads) {
  ToyModel toy(3, 40, 2);
  Model model = toy.open({.threads = 3}), single = toy.open();
  Random random(1);
  std::vector<std::vector<Id>> ids;
  for (int index = 0; index < 80; ++index) // more beams than one step takes
    ids.push_back(random.ids(1 + random.upTo(20), 40));
  std::vector<Source> sources = model.encodeBatch(ids);
  std::vector<Generation> together = model.generateBatch(sources, GetParam().options);
  for (std::size_t index = 0; index < sources.size(); ++index) {
    GenerateOptions options = GetParam().options;
    options.sourceNumbers = {index};
    expectSameBits(single.generate(single.encode(ids[index]), options), together[index]);
  }
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

INSTANTIATE_TEST_SUITE_P(
    Searches, BeamKinds,
    testing::Values(
        NamedOptions{"Groups",
                     {.beams = 6,
                      .returnCount = 6,
                      .beamGroups = 3,
                      .diversityPenalty = 0.7f,
                      .tokenScores = TokenScores::Normalized}},
        NamedOptions{
            "Samples",
            {.beams = 4, .returnCount = 2, .sample = true, .tokenScores = TokenScores::Processed}},
        NamedOptions{"SamplesOfAll", {.beams = 4, .sample = true, .topK = 0, .renormalize = true}},
        NamedOptions{"ForcedWords",
                     {.beams = 4,
                      .returnCount = 4,
                      .tokenScores = TokenScores::Normalized,
                      .forcedWords = {{{7, 8}}, {{9}, {10, 11}}}}}),
    [](const auto &info) { return std::string(info.param.name); });

TEST(BeamGroups, WithoutAPenaltyEachFindWhatOneAloneFinds) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    ToyModel toy(seed, 40, 3);
    Model model = toy.open();
    Source source = model.encode({4, 5, 6});
    GenerateOptions options{.beams = 2, .returnCount = 2, .noRepeatNgramSize = 2};
    options.forcedBeginning = seed % 2 == 0 ? 9 : -1;
    Generation alone = model.generate(source, options);
    options.beams = 6;
    options.beamGroups = 3;
    options.returnCount = 6;
    Generation groups = model.generate(source, options);
    for (std::size_t rank = 0; rank < 6; ++rank) {
      EXPECT_EQ(groups.sequences[rank].ids, alone.sequences[rank / 3].ids) << seed;
      EXPECT_EQ(groups.sequences[rank].score, alone.sequences[rank / 3].score);
    }
  }
}

TEST(BeamGroups, WithALargePenaltyBeginDifferently) {
  for (unsigned seed = 0; seed < 50; ++seed) {
    ToyModel toy(seed, 40, -20);
    Model model = toy.open();
    GenerateOptions options{.beams = 4, .returnCount = 4, .beamGroups = 4, .diversityPenalty = 50};
    std::set<Id> first;
    for (const Sequence &sequence : model.generate(model.encode({4, 5, 6}), options).sequences)
      first.insert(sequence.ids[1]);
    EXPECT_EQ(first.size(), 4u);
  }
}

TEST(BeamGroups, ThePenaltyComesBeforeTheRepetitionPenalty) {
  // Two groups of one beam and one token: the second takes the best of what the first leaves.
  ToyModel toy(8, 40, -20);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  std::vector<float> scores = toy.logits(source.ids(), std::vector<Id>{1});
  double sum = 0;
  for (float score : scores)
    sum += std::exp(double(score));
  for (float &score : scores)
    score -= float(std::log(sum));
  scores[1] *= 1.5f;
  auto best = std::size_t(std::ranges::max_element(scores) - scores.begin());
  scores[best] = (scores[best] - 0.25f) * (best == 1 ? 1.5f : 1);
  std::vector<float> expected{*std::ranges::max_element(scores)};
  GenerateOptions options{.beams = 2,
                          .returnCount = 2,
                          .maximumNewTokens = 1,
                          .repetitionPenalty = 1.5f,
                          .beamGroups = 2,
                          .diversityPenalty = 0.25f};
  EXPECT_NEAR(model.generate(source, options).sequences[1].score, expected[0], 1e-5);
}

TEST(BeamGroups, AreRefusedWhereTheyMakeNoSense) {
  ToyModel toy(1);
  toy.defaults.beams = 4;
  toy.defaults.beam_groups = 2;
  Model model = toy.open();
  Source source = model.encode({4});
  auto error = [&](const GenerateOptions &options) {
    return errorOf([&] { model.generate(source, options); });
  };
  EXPECT_EQ(error({.beams = 4, .beamGroups = 3}),
            "beams is 4, but must be a multiple of beamGroups, which is 3");
  EXPECT_EQ(error({.beams = 4, .sample = true, .beamGroups = 2}),
            "beamGroups is 2, but must be 1 when sample is set: groups are not sampled");
  // The model's own groups are left out where the caller wants something else.
  EXPECT_EQ(error({.beams = 1}), "no error");
  EXPECT_EQ(error({.sample = true}), "no error");
}

TEST(BeamSampling, DrawsOtherBeamsWithAnotherSeed) {
  ToyModel toy(3, 97, -2);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  GenerateOptions options{.beams = 3, .sample = true, .temperature = 3, .topK = 0};
  std::set<std::vector<Id>> found;
  for (options.seed = 0; options.seed < 20; ++options.seed)
    found.insert(model.generate(source, options).ids());
  EXPECT_GT(found.size(), 10u);
}

TEST(BeamSampling, OfAllThatIsKeptIsBeamSearchAmongIt) {
  // Two tokens stay in each row, and four are drawn from two rows.
  ToyModel toy(3, 97, -2);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  GenerateOptions options{.beams = 2, .returnCount = 2, .sample = true, .topK = 1};
  Generation first = model.generate(source, options);
  options.seed = 5;
  expectSameBits(model.generate(source, options), first);
}

TEST(BeamSampling, DrawsWithoutReplacementByProbability) {
  std::vector<runtime::Beam> beams;
  ToyModel toy(1);
  Model model = toy.open();
  runtime::PagePool pages(toy.table, 0);
  beams.push_back({{1}, runtime::SelfCache(pages), 0});
  beams.push_back({{1}, runtime::SelfCache(pages), float(std::log(0.5))});
  // Shares 0.6, 0.3 and half of 0.2: of all together 0.6, 0.3, 0.1.
  std::vector<runtime::Continuations> lists(2);
  lists[0].candidates = {{5, float(std::log(0.6)), 0}, {6, float(std::log(0.3)), 0}};
  lists[1].candidates = {{7, float(std::log(0.2)), 0}};
  std::vector<runtime::Choice> choices;
  int withoutFive = 0;
  constexpr int draws = 20000;
  for (int seed = 0; seed < draws; ++seed) {
    runtime::drawChoices(beams, lists, 2, {std::uint64_t(seed), 0, 0, 1}, 23, choices);
    ASSERT_EQ(choices.size(), 2u);
    EXPECT_NE(choices[0].id, choices[1].id);
    EXPECT_GE(choices[0].sum, choices[1].sum);
    withoutFive += choices[0].id != 5 ? 1 : 0;
  }
  double expected = draws * (0.3 * 0.1 / 0.7 + 0.1 * 0.3 / 0.9);
  EXPECT_NEAR(withoutFive, expected, 5 * std::sqrt(expected));
}

TEST(BeamSampling, SaysWhereEverythingIsBanned) {
  ToyModel toy(9);
  Model model = toy.open();
  GenerateOptions options{.beams = 2, .noRepeatNgramSize = 1, .sample = true};
  options.maximumLength = 100;
  options.ends = std::vector<Id>{};
  EXPECT_THAT(errorOf([&] { model.generate(model.encode({4, 5}), options); }),
              HasSubstr("there is no token to draw: the options ban all that may follow 23 tokens "
                        "of a result in every beam"));
}

TEST(ForcedWords, AreInTheBestResults) {
  int found = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    Random random(seed);
    ToyModel toy(seed, 40, float(random.upTo(4)));
    Model model = toy.open();
    Source source = model.encode(random.ids(1 + random.upTo(10), 40));
    GenerateOptions options{.beams = 2 + random.upTo(4), .maximumLength = 25};
    options.forcedWords = {{{10, 11}}, {{12}, {13, 14, 15}}};
    std::vector<Id> ids = model.generate(source, options).ids();
    bool hasBoth = contains(ids, {10, 11}) && (contains(ids, {12}) || contains(ids, {13, 14, 15}));
    found += hasBoth ? 1 : 0;
  }
  // Below a sum of -100, as two beams can have it here, progress counts less than the sum.
  EXPECT_GE(found, 195);
}

TEST(ForcedWords, ThatTheRulesBanComeOutWithout) {
  ToyModel toy(5);
  Model model = toy.open();
  GenerateOptions options{.beams = 3, .suppressed = std::vector<Id>{10}};
  options.forcedWords = {{{10}}};
  Generation result = model.generate(model.encode({4}), options);
  EXPECT_FALSE(contains(result.ids(), {10}));
  EXPECT_GT(result.best().score, -INFINITY);
}

TEST(ForcedWords, ProgressGoesWordByWord) {
  GenerationSettings settings;
  settings.forcedWords = {{{5, 6, 7}}, {{8}, {9, 5}}};
  ForcedWordsProgress progress(settings);
  std::vector<Id> next;
  progress.advancing(next);
  EXPECT_THAT(next, ElementsAre(5, 8, 9));
  EXPECT_EQ(progress.bank(), 0);
  progress.add(5);
  progress.advancing(next);
  EXPECT_THAT(next, ElementsAre(6));
  EXPECT_EQ(progress.bank(), 1);
  progress.add(8); // breaks it off, and begins nothing
  EXPECT_EQ(progress.bank(), 0);
  progress.add(9);
  EXPECT_EQ(progress.bank(), 2); // of a shorter word: as far from its end as 5 6 is
  progress.add(5);
  EXPECT_EQ(progress.bank(), 3);
  EXPECT_FALSE(progress.isComplete());
  progress.add(std::vector<Id>{5, 6, 7});
  EXPECT_EQ(progress.bank(), 6);
  EXPECT_TRUE(progress.isComplete());
  progress.advancing(next);
  EXPECT_THAT(next, IsEmpty());
}

TEST(ForcedWords, AreCheckedBeforeAnythingRuns) {
  ToyModel toy(1);
  Model model = toy.open();
  Source source = model.encode({4});
  auto error = [&](const GenerateOptions &options) {
    return errorOf([&] { model.generate(source, options); });
  };
  EXPECT_EQ(error({.beams = 2, .forcedWords = {{{5}}, {{3, 23}}}}),
            "forcedWords[1][0][1] is 23, but must be 0 to 22");
  EXPECT_EQ(error({.beams = 2, .forcedWords = {{{}}}}),
            "the length of forcedWords[0][0] is 0, but must be 1 or more");
  EXPECT_EQ(error({.beams = 2, .forcedWords = {{{5}}, {}}}),
            "the count of words of forcedWords[1] is 0, but must be 1 or more");
  EXPECT_EQ(error({.beams = 2, .forcedWords = {{{5, 2}}}}),
            "forcedWords[0][0][1] is 2, but must be an id that does not end a result");
  EXPECT_EQ(error({.beams = 2, .forcedWords = {{{5, 6}, {5}}}}),
            "forcedWords[0][0] begins with forcedWords[0][1], but of words of which one is enough "
            "none must begin with another");
  EXPECT_EQ(error({.forcedWords = {{{5}}}}),
            "beams is 1, but must be 2 or more when forcedWords is given");
  EXPECT_EQ(error({.beams = 2, .sample = true, .forcedWords = {{{5}}}}),
            "forcedWords is given, but must be left out when beams are sampled or in groups");
}

} // namespace
} // namespace transept::tests

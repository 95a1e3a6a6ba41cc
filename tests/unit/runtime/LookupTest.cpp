// SPDX-License-Identifier: Apache-2.0
//
// Guessed tokens change how many steps greedy search and sampling take, and nothing else.

#include "EqualResults.h"
#include "ErrorOf.h"
#include "Random.h"
#include "ReferenceSearch.h"
#include "tests/support/Rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

/// Options of greedy search or sampling, many of which make results repeat themselves.
GenerateOptions randomOptions(Random &random, unsigned seed, int vocabulary) {
  ReferenceOptions options;
  options.prompt = random.ids(1 + random.upTo(4), vocabulary);
  options.maximumLength = int(options.prompt.size()) + 1 + random.upTo(40);
  options.minimumLength = std::min(random.upTo(40), options.maximumLength);
  if (random.oneIn(4))
    options.addRandomRules(random, seed, vocabulary);
  if (random.oneIn(4))
    options.repetitionPenalty = 0.3f;
  if (random.oneIn(6))
    options.noRepeatNgramSize = 3;
  if (random.oneIn(4))
    options.forcedEnd = 2;
  if (random.oneIn(2))
    for (Id id = 0; id + 1 < vocabulary; id += 2)
      options.biases.push_back({{id, Id(id + 1), 3}, 6});
  GenerateOptions result = options.forRuntime();
  result.tokenScores = static_cast<TokenScores>(random.upTo(2));
  if (random.oneIn(4)) {
    result.sample = true;
    result.seed = seed;
    result.temperature = 0.2f;
  }
  return result;
}

TEST(Lookup, LeavesResultsAsTheyAreWhateverIsGuessed) {
  int steps = 0, stepsWithout = 0, wrong = 0;
  for (unsigned seed = 0; seed < roundsOf(1500U); ++seed) {
    Random random(seed);
    int vocabulary = 4 + random.upTo(8);
    ToyModel toy(seed, std::uint32_t(vocabulary), float(random.upTo(2)));
    Model model = toy.open();
    std::vector<Source> sources;
    for (int count = 1 + random.upTo(2); count > 0; --count)
      sources.push_back(model.encode(random.ids(1 + random.upTo(30), vocabulary)));
    GenerateOptions options = randomOptions(random, seed, vocabulary);
    std::vector<Generation> expected, actual;
    std::string expectedError = errorOf([&] { expected = model.generateBatch(sources, options); });
    int decoded = toy.parameters.decodeCalls.exchange(0);
    options.lookupLength = 1 + random.upTo(7);
    options.lookupNgramSize = 1 + random.upTo(3);
    EXPECT_EQ(errorOf([&] { actual = model.generateBatch(sources, options); }), expectedError);
    expectEqualResults(actual, expected, seed);
    EXPECT_LE(toy.parameters.decodeCalls, decoded) << "seed " << seed;
    steps += toy.parameters.decodeCalls;
    stepsWithout += decoded;
    wrong += toy.parameters.decodeCalls == decoded;
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
    if (HasFailure())
      return;
  }
  EXPECT_LT(steps, stepsWithout * 9 / 10);
  EXPECT_GT(wrong, 100);
}

class Cycle : public testing::Test {
protected:
  /// 7 8 9 7 8 9 ..., as the biases have it.
  std::vector<Id> generate(GenerateOptions options) {
    options.maximumLength = 62;
    options.ends = std::vector<Id>{};
    options.sequenceBiases = {{{{7}, 100}, {{7, 8}, 1000}, {{8, 9}, 1000}, {{9, 7}, 1000}}};
    toy.parameters.decodeCalls = 0;
    return model.generate(model.encode(sourceIds), options).ids();
  }

  std::vector<Id> sourceIds{4, 5, 6};
  ToyModel toy{3, 23};
  Model model = toy.open();
};

TEST_F(Cycle, TakesAStepForEachDraftThatIsRight) {
  std::vector<Id> plain = generate({});
  EXPECT_EQ(toy.parameters.decodeCalls, 61);
  EXPECT_EQ(generate({.lookupLength = 9}), plain);
  // Four tokens one by one, then ten in each step, as a draft of nine is longer than what there is
  // to copy at first.
  EXPECT_LT(toy.parameters.decodeCalls, 16);
}

TEST_F(Cycle, CopiesFromTheSource) {
  sourceIds = {7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8, 9};
  std::vector<Id> plain = generate({});
  generate({.maximumNewTokens = 12, .lookupLength = 12});
  int steps = toy.parameters.decodeCalls;
  EXPECT_LE(steps, 3); // nothing of the result could be copied by then
  EXPECT_EQ(generate({.lookupLength = 12}), plain);
}

TEST_F(Cycle, GivesUpWrongDraftsEachTime) {
  // After 7 8 the source goes on otherwise, with ids that are out of reach at the end.
  sourceIds = {7, 8, 5, 5, 5, 8, 9, 4, 4, 4, 9, 7, 3};
  std::vector<Id> plain = generate({.suppressed = std::vector<Id>{4}});
  int steps = toy.parameters.decodeCalls;
  EXPECT_EQ(generate({.suppressed = std::vector<Id>{4}, .lookupLength = 3, .lookupNgramSize = 2}),
            plain);
  EXPECT_LT(toy.parameters.decodeCalls, steps);
}

TEST_F(Cycle, TellsTheListenerEachTokenOnce) {
  std::vector<Id> told;
  auto listen = [&](std::size_t, Id id) {
    told.push_back(id);
    return told.size() != 20;
  };
  std::vector<Id> plain = generate({});
  std::vector<Id> cut = generate({.lookupLength = 9, .onToken = listen, .keepPartial = true});
  EXPECT_EQ(told, std::vector<Id>(plain.begin() + 1, plain.begin() + 21));
  EXPECT_EQ(cut, std::vector<Id>(plain.begin(), plain.begin() + 21));
}

TEST_F(Cycle, EndsWhereScoresAreNoNumbersAsItDoesWithoutDrafts) {
  toy.parameters.badSource = sourceIds.front();
  toy.parameters.badLength = 30;
  std::vector<Id> told;
  auto error = [&](int lookup) {
    told.clear();
    return errorOf([&] {
      generate({.lookupLength = lookup, .onToken = [&](std::size_t, Id id) {
                  told.push_back(id);
                  return true;
                }});
    });
  };
  std::string expected = error(0);
  EXPECT_THAT(expected,
              testing::HasSubstr("the scores for token 30 of sources[0] are not numbers"));
  std::vector<Id> plain = told;
  EXPECT_EQ(error(9), expected);
  EXPECT_EQ(told, plain);
}

TEST_F(Cycle, IsNotForBeamSearch) {
  EXPECT_EQ(errorOf([&] { generate({.beams = 2, .lookupLength = 3}); }),
            "lookupLength is 3, but must be 0 in beam search: drafts are checked by greedy search "
            "and sampling");
  // A model's default is for where it fits.
  toy.defaults.lookup_length = 3;
  EXPECT_EQ(errorOf([&] { generate({.beams = 2}); }), "no error");
}

} // namespace
} // namespace transept::tests

// SPDX-License-Identifier: Apache-2.0
//
// Guesses of the caller, or of a draft model, change how many steps a search takes, and nothing
// else: greedy search and sampling choose what they would have chosen.

#include "CountedRows.h"
#include "EqualResults.h"
#include "ErrorOf.h"
#include "Random.h"
#include "ReferenceSearch.h"

#include "tests/support/Rounds.h"
#include "transept/draft.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

GenerateOptions randomOptions(Random &random, unsigned seed, int vocabulary) {
  ReferenceOptions options;
  options.prompt = random.ids(1 + random.upTo(4), vocabulary);
  options.maximumLength = int(options.prompt.size()) + 1 + random.upTo(30);
  options.minimumLength = std::min(random.upTo(30), options.maximumLength);
  if (random.oneIn(3))
    options.addRandomRules(random, seed, vocabulary);
  if (random.oneIn(4))
    options.forcedEnd = 2;
  GenerateOptions result = options.forRuntime();
  result.tokenScores = static_cast<TokenScores>(random.upTo(2));
  if (random.oneIn(2)) {
    result.sample = true;
    result.seed = seed;
    result.returnCount = 1 + random.upTo(3);
    result.topK = random.oneIn(2) ? 0 : 1 + random.upTo(5);
    result.temperature = random.oneIn(2) ? 1.0f : 0.3f;
  }
  result.guessLength = 1 + random.upTo(7);
  return result;
}

/// Knows how results go on, and errs now and then.
struct Oracle {
  const std::vector<Generation> &results;
  Random &random;
  int mistakeInverse; // one guess in so many is wrong
  int vocabulary;

  std::vector<Id> operator()(const TokenPrefix &prefix, std::size_t limit) const {
    std::vector<Id> guesses;
    for (const Sequence &each : results[prefix.source].sequences) {
      bool begins = each.ids.size() > prefix.ids.size() &&
                    std::equal(prefix.ids.begin(), prefix.ids.end(), each.ids.begin());
      if (begins)
        guesses.assign(each.ids.begin() + std::ptrdiff_t(prefix.ids.size()), each.ids.end());
    }
    guesses.resize(std::min(guesses.size(), limit));
    for (Id &id : guesses)
      if (random.oneIn(unsigned(mistakeInverse)))
        id = Id(random.upTo(unsigned(vocabulary - 1)));
    return guesses;
  }
};

TEST(Guesses, LeaveResultsAsTheyAreWhateverTheyAre) {
  int steps = 0, stepsWithout = 0;
  for (unsigned seed = 0; seed < roundsOf(1500U); ++seed) {
    Random random(seed);
    int vocabulary = 6 + random.upTo(20);
    ToyModel toy(seed, std::uint32_t(vocabulary), float(random.upTo(2)));
    Model model = toy.open();
    std::vector<Source> sources;
    for (int count = 1 + random.upTo(2); count > 0; --count)
      sources.push_back(model.encode(random.ids(1 + random.upTo(9), vocabulary)));
    GenerateOptions options = randomOptions(random, seed, vocabulary);
    std::vector<Generation> expected, actual;
    std::string expectedError = errorOf([&] { expected = model.generateBatch(sources, options); });
    int decoded = toy.parameters.decodeCalls.exchange(0);
    if (expected.empty())
      continue; // an oracle of errors knows nothing
    options.guess = Oracle{expected, random, 1 + random.upTo(6), vocabulary};
    EXPECT_EQ(errorOf([&] { actual = model.generateBatch(sources, options); }), expectedError);
    expectEqualResults(actual, expected, seed);
    EXPECT_LE(toy.parameters.decodeCalls, decoded) << "seed " << seed;
    steps += toy.parameters.decodeCalls;
    stepsWithout += decoded;
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
    if (HasFailure())
      return;
  }
  EXPECT_LT(steps, stepsWithout * 7 / 10);
}

class Guess : public testing::Test {
protected:
  std::vector<Id> generate(GenerateOptions options) {
    options.maximumLength = 41;
    options.ends = std::vector<Id>{};
    toy.parameters.decodeCalls = 0;
    return model.generate(model.encode(sourceIds), options).ids();
  }
  std::string error(GenerateOptions options) {
    return errorOf([&] { generate(options); });
  }

  std::vector<Id> sourceIds{4, 5, 6};
  ToyModel toy{3, 23};
  Model model = toy.open();
};

TEST_F(Guess, IsAskedForAsManyAsThereIsRoomFor) {
  std::vector<std::pair<std::size_t, std::size_t>> asked; // length and limit
  std::vector<Id> plain = generate({});
  auto right = [&](const TokenPrefix &prefix, std::size_t limit) {
    asked.emplace_back(prefix.ids.size(), limit);
    EXPECT_EQ(prefix.generated.size() + 1, prefix.ids.size());
    auto behind = plain.begin() + std::ptrdiff_t(prefix.ids.size());
    return std::vector<Id>(behind, behind + std::ptrdiff_t(limit));
  };
  EXPECT_EQ(generate({.guessLength = 9, .guess = right}), plain);
  using testing::ElementsAre, testing::Pair;
  EXPECT_THAT(asked, ElementsAre(Pair(1, 9), Pair(11, 9), Pair(21, 9), Pair(31, 9)));
  EXPECT_EQ(toy.parameters.decodeCalls, 4);
}

TEST_F(Guess, MayBeMoreThanWasAskedForOrNothing) {
  std::vector<Id> plain = generate({});
  EXPECT_EQ(generate({.guess = [&](auto &&...) { return plain; }}), plain);
  EXPECT_EQ(generate({.guess = [](auto &&...) { return std::vector<Id>{}; }}), plain);
  EXPECT_EQ(toy.parameters.decodeCalls, 40);
}

TEST_F(Guess, NoRowLiesBehindTheLongestResult) {
  CountedRows counted(toy);
  model = toy.open();
  std::vector<Id> plain = generate({});
  for (std::size_t length : {1u, 2u, 3u, 7u, 40u, 64u})
    for (bool isRight : {false, true}) {
      auto guess = [&](const TokenPrefix &prefix, std::size_t limit) {
        std::vector<Id> ids(plain.begin() + std::ptrdiff_t(prefix.ids.size()), plain.end());
        ids.resize(limit, 4);
        if (!isRight)
          ids.back() = (ids.back() + 1) % 23;
        return ids;
      };
      CountedRows::clear();
      EXPECT_EQ(generate({.guessLength = length, .guess = guess}), plain);
      // The last token is drawn from the row before it.
      EXPECT_EQ(CountedRows::highestPosition(), 39) << length;
    }
}

TEST_F(Guess, FailsByName) {
  auto wrong = [](auto &&...) { return std::vector<Id>{4, 23}; };
  EXPECT_EQ(error({.guess = wrong}),
            "id 1 that guess returned behind 1 tokens of sources[0] is 23, but must be 0 to 22");
  auto throwing = [](auto &&...) -> std::vector<Id> { throw std::runtime_error("what it threw"); };
  EXPECT_THROW(generate({.guess = throwing}), std::runtime_error);
  auto none = [](auto &&...) { return std::vector<Id>{}; };
  EXPECT_EQ(error({.beams = 2, .guess = none}),
            "beams is 2, but must be 1 where guess is given: drafts are checked by greedy search "
            "and sampling");
  EXPECT_EQ(error({.lookupLength = 3, .guess = none}),
            "lookupLength is 3, but must be 0 where guess is given, which is asked instead");
  EXPECT_EQ(error({.guessLength = 65, .guess = none}), "guessLength is 65, but must be 1 to 64");
}

std::int64_t guessTooMany(void *, std::uint64_t, const std::int32_t *, std::uint64_t, std::uint64_t,
                          std::int32_t *guessed, std::uint64_t limit) {
  std::fill_n(guessed, limit, 4);
  return std::int64_t(limit) + 1;
}
std::int64_t stopGuessing(void *, std::uint64_t, const std::int32_t *, std::uint64_t, std::uint64_t,
                          std::int32_t *, std::uint64_t) {
  return -1;
}

TEST_F(Guess, OfCIsCheckedToo) {
  Source source = model.encode(sourceIds);
  transept_generation_options options;
  transept_unset_generation_options(&options);
  auto refusal = [&](transept_guess_function guess) {
    options.guess = guess;
    transept_results *results = nullptr;
    char *message = nullptr;
    transept_source *handle = nullptr;
    transept_model *opened = nullptr;
    const transept_runtime *runtime = toy.table.runtime;
    EXPECT_EQ(runtime->open(&toy.table, nullptr, &opened, &message), TRANSEPT_OK);
    transept_source_input input{};
    input.ids = sourceIds.data();
    input.length = sourceIds.size();
    EXPECT_EQ(runtime->encode(opened, &input, 1, &handle, &message), TRANSEPT_OK);
    EXPECT_NE(runtime->generate(opened, &handle, 1, &options, &results, &message), TRANSEPT_OK);
    std::string text = message ? message : "";
    runtime->release_message(message);
    runtime->release_source(handle);
    runtime->close(opened);
    return text;
  };
  EXPECT_EQ(refusal(guessTooMany), "the number of ids that guess returned behind 1 tokens of "
                                   "sources[0] is 6, but must be 0 to 5");
  EXPECT_EQ(refusal(stopGuessing), "the function guess asked to stop");
}

class Draft : public Guess {
protected:
  ToyModel smallToy{3, 23};
  Model small = smallToy.open();
};

TEST_F(Draft, ThatIsRightSavesSteps) {
  std::vector<Id> plain = generate({});
  {
    DraftModel draft(model, small, {small.encode(sourceIds)});
    EXPECT_EQ(generate({.guessLength = 8, .guess = std::ref(draft)}), plain);
  }
  // 6 tokens with the first one, 8 with the second, 9 with the others.
  EXPECT_EQ(toy.parameters.decodeCalls, 5);
  EXPECT_EQ(small.statistics().self_pages_in_use, 0u);
}

TEST_F(Draft, ThatIsWrongIsAskedForLessAndLess) {
  ToyModel other(77, 23);
  Model guesser = other.open();
  std::vector<Id> plain = generate({});
  DraftModel draft(model, guesser, {guesser.encode(sourceIds)});
  EXPECT_EQ(generate({.guess = std::ref(draft)}), plain);
  EXPECT_LT(other.parameters.decodeCalls, 60); // a step for each token, and a few at first
}

TEST_F(Draft, ServesSamplesOfEachSource) {
  std::vector<std::vector<Id>> ids = {{4, 5, 6}, {9, 8}};
  std::vector<Source> sources = model.encodeBatch(ids);
  GenerateOptions options{
      .returnCount = 2, .maximumLength = 21, .ends = std::vector<Id>{}, .sample = true, .seed = 5};
  std::vector<Generation> plain = model.generateBatch(sources, options);
  DraftModel draft(model, small, small.encodeBatch(ids));
  options.guess = std::ref(draft);
  std::vector<Generation> drafted = model.generateBatch(sources, options);
  for (std::size_t source : {0u, 1u})
    for (std::size_t sample : {0u, 1u}) {
      EXPECT_EQ(drafted[source].sequences[sample].ids, plain[source].sequences[sample].ids);
      EXPECT_EQ(drafted[source].sequences[sample].score, plain[source].sequences[sample].score);
    }
}

TEST_F(Draft, EndsWhereItsPositionsDo) {
  smallToy.table.maximum_target_length = 12;
  Model shorter = smallToy.open();
  std::vector<Id> plain = generate({});
  DraftModel draft(model, shorter, {shorter.encode(sourceIds)});
  EXPECT_EQ(generate({.guess = std::ref(draft)}), plain);
}

TEST_F(Draft, IsRefusedWhereItDoesNotFit) {
  ToyModel larger(3, 24);
  Model other = larger.open();
  EXPECT_EQ(errorOf([&] { DraftModel(model, other, {}); }),
            "the vocabulary of the draft model has 24 ids, but must be that of the model, which "
            "has 23");
  DraftModel draft(model, small, {});
  EXPECT_EQ(error({.guess = std::ref(draft)}),
            "the draft model was given 0 sources, but must have one for each of the call");
}

} // namespace
} // namespace transept::tests

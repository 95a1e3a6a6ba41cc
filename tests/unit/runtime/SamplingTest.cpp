// SPDX-License-Identifier: Apache-2.0
//
// Sampling against the dense reference, and that a sample depends on nothing but what it is drawn
// by.

#include "ErrorOf.h"
#include "Random.h"
#include "ReferenceSampling.h"
#include "tests/support/Rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using testing::HasSubstr;

ReferenceWarpers randomWarpers(Random &random) {
  ReferenceWarpers warpers;
  constexpr int topK[] = {0, 0, 1, 5, 50, 128, 129, 1000};
  warpers.topK = topK[random.upTo(7)];
  if (random.oneIn(2))
    warpers.temperature = 0.2f + 3 * random.fraction();
  if (random.oneIn(3))
    warpers.topP = random.oneIn(8) ? 0 : random.fraction();
  if (random.oneIn(4))
    warpers.minP = random.oneIn(8) ? 1 : 0.2f * random.fraction();
  if (random.oneIn(3))
    warpers.typicalP = random.fraction();
  if (random.oneIn(4))
    warpers.epsilonCutoff = random.oneIn(8) ? 1 : 0.1f * random.fraction();
  if (random.oneIn(4))
    warpers.etaCutoff = random.oneIn(8) ? 1 : 0.1f * random.fraction();
  warpers.seed = std::uint64_t(random.upTo(1 << 30)) << 20;
  return warpers;
}

ReferenceOptions randomOptions(Random &random, int vocabulary) {
  ReferenceOptions options;
  options.returnCount = 1 + random.upTo(3);
  if (random.oneIn(3))
    options.prompt = random.ids(1 + random.upTo(4), vocabulary);
  options.maximumLength = int(options.prompt.size()) + 1 + random.upTo(15);
  if (random.oneIn(3))
    options.minimumLength = std::min(random.upTo(12), options.maximumLength); // or refused
  if (random.oneIn(3))
    options.repetitionPenalty = random.oneIn(2) ? 1.5f : 0.7f;
  if (random.oneIn(3))
    options.noRepeatNgramSize = 1 + random.upTo(2);
  if (random.oneIn(4))
    options.forcedBeginning = random.upTo(vocabulary - 1);
  if (random.oneIn(4))
    options.forcedEnd = 2;
  if (random.oneIn(4))
    options.suppressed = random.ids(1 + random.upTo(3), vocabulary);
  if (random.oneIn(3))
    for (int word = random.upTo(6); word >= 0; --word)
      options.badWords.push_back(random.ids(1 + random.upTo(2), vocabulary));
  return options;
}

GenerateOptions forRuntime(const ReferenceOptions &options, const ReferenceWarpers &warpers) {
  GenerateOptions result = options.forRuntime();
  warpers.applyTo(result);
  return result;
}

void expectSame(const std::vector<Sequence> &actual, const std::vector<Sequence> &expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t index = 0; index < expected.size(); ++index) {
    EXPECT_EQ(actual[index].ids, expected[index].ids) << "sample " << index;
    EXPECT_EQ(actual[index].finishReason, expected[index].finishReason);
    EXPECT_NEAR(actual[index].score, expected[index].score, 1e-4);
  }
}

void expectSameBits(const std::vector<Sequence> &actual, const std::vector<Sequence> &expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t index = 0; index < expected.size(); ++index) {
    EXPECT_EQ(actual[index].ids, expected[index].ids) << "sample " << index;
    EXPECT_EQ(actual[index].score, expected[index].score) << "sample " << index;
  }
}

TEST(Sampling, EqualsDenseReferenceOverRandomOptions) {
  int compared = 0;
  for (unsigned seed = 0; seed < roundsOf(1500U); ++seed) {
    Random random(seed);
    constexpr std::uint32_t vocabularies[] = {23, 97, 300};
    std::uint32_t vocabulary = vocabularies[random.upTo(2)];
    ToyModel toy(seed, vocabulary, float(random.upTo(4)));
    ReferenceOptions options = randomOptions(random, int(vocabulary));
    ReferenceWarpers warpers = randomWarpers(random);
    if (random.oneIn(3))
      options.addRandomRules(random, seed, int(vocabulary));
    if (random.oneIn(4)) {
      options.firstTimestamp = Id(vocabulary) - 10;
      toy.speak(options.firstTimestamp, -1, random.oneIn(2) ? 1.0f : 0.0f);
    }
    Model model = toy.open();
    std::vector<Id> source = random.ids(1 + random.upTo(30), int(vocabulary));
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + options.describe() + warpers.describe());
    std::vector<Sequence> expected, actual;
    std::string expectedError =
        errorOf([&] { expected = referenceSampling(toy, source, options, warpers, /*number=*/0); });
    std::string error = errorOf([&] {
      actual = model.generate(model.encode(source), forRuntime(options, warpers)).sequences;
    });
    EXPECT_THAT(error, HasSubstr(expectedError));
    compared += expectedError == "no error" ? 1 : 0;
    if (expectedError == error)
      expectSame(actual, expected);
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
    if (HasFailure())
      return;
  }
  EXPECT_GT(compared, roundsOf(1300));
}

TEST(Sampling, GivesTheSameSamplesAloneInABatchAndWithAnyThreads) {
  ToyModel toy(3, 97, 2);
  Random random(1);
  std::vector<std::vector<Id>> ids;
  for (int index = 0; index < 150; ++index) // more samples than one step takes
    ids.push_back(random.ids(1 + random.upTo(20), 97));
  for (int topK : {0, 50}) {
    GenerateOptions options{
        .returnCount = 3, .maximumLength = 30, .sample = true, .topK = topK, .seed = 5};
    Model model = toy.open({.threads = 3});
    std::vector<Source> sources = model.encodeBatch(ids);
    std::vector<Generation> together = model.generateBatch(sources, options);
    for (unsigned threads : {1u, 2u}) {
      Model other = toy.open({.threads = threads});
      std::vector<Source> others = other.encodeBatch(ids);
      for (std::size_t index = 0; index < sources.size(); index += threads) {
        options.sourceNumbers = {index};
        expectSameBits(other.generate(others[index], options).sequences, together[index].sequences);
      }
    }
    options.sourceNumbers = {100, 101};
    options.returnCount = 2; // the first samples of three
    std::vector<Generation> part = model.generateBatch(std::span(sources).subspan(100, 2), options);
    for (std::size_t index : {0, 1})
      expectSameBits(part[index].sequences,
                     {together[100 + index].sequences[0], together[100 + index].sequences[1]});
  }
}

TEST(Sampling, DiffersBySeedSourceNumberAndSample) {
  ToyModel toy(4, 97);
  Model model = toy.open();
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {4, 5}});
  GenerateOptions options{.returnCount = 2, .maximumLength = 12, .sample = true, .topK = 0};
  std::vector<std::vector<Id>> all;
  for (std::uint64_t seed : {std::uint64_t(0), std::uint64_t(1), std::uint64_t(1) << 40}) {
    options.seed = seed;
    for (const Generation &generation : model.generateBatch(sources, options))
      for (const Sequence &sequence : generation.sequences)
        all.push_back(sequence.ids);
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(std::unique(all.begin(), all.end()), all.end());
  EXPECT_EQ(all.size(), 12u);
}

TEST(Sampling, IsGreedySearchWhereOnlyTheBestIsKept) {
  ToyModel toy(5, 97);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  std::vector<Id> greedy = model.generate(source, {.beams = 1}).ids();
  EXPECT_EQ(model.generate(source, {.sample = true, .topK = 1}).ids(), greedy);
  EXPECT_EQ(model.generate(source, {.sample = true, .topK = 0, .topP = 0}).ids(), greedy);
  EXPECT_EQ(model.generate(source, {.sample = true, .temperature = 1e-6f}).ids(), greedy);
}

TEST(Sampling, FeedsAPromptOnceForAllSamples) {
  ToyModel toy(5);
  Model model = toy.open();
  Source source = model.encode({4, 5});
  ReferenceOptions options;
  options.prompt = Random(2).ids(1301, 23); // longer than one invocation
  options.returnCount = 40;
  options.maximumNewTokens = 1;
  toy.parameters.decodeCalls = 0;
  expectSame(model.generate(source, forRuntime(options, {})).sequences,
             referenceSampling(toy, source.ids(), options, {}, 0));
  EXPECT_EQ(toy.parameters.decodeCalls, 4); // 512, 512, 276 and 1 rows
}

TEST(Sampling, TakesTheModelsDefaults) {
  ToyModel toy(7);
  toy.defaults.sample = 1;
  toy.defaults.temperature = 0.6f;
  toy.defaults.top_k = 4;
  toy.defaults.return_count = 3;
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  ReferenceOptions options;
  options.returnCount = 3;
  expectSame(model.generate(source).sequences,
             referenceSampling(toy, source.ids(), options, {.temperature = 0.6f, .topK = 4}, 0));
  EXPECT_EQ(model.generate(source, {.sample = false}).ids(),
            referenceSearch(toy, source.ids(), {}).front().ids);
}

TEST(Sampling, TellsTheListenerOfTheFirstSample) {
  ToyModel toy(9);
  Model model = toy.open();
  Source source = model.encode({4, 5});
  std::vector<Id> heard{1};
  GenerateOptions options{.sample = true, .onToken = [&](std::size_t, Id id) {
                            heard.push_back(id);
                            return true;
                          }};
  EXPECT_EQ(model.generate(source, options).ids(), heard);
  heard = {1};
  options.returnCount = 3;
  const std::vector<Sequence> sequences = model.generate(source, options).sequences;
  ASSERT_EQ(sequences.size(), 3u);
  EXPECT_EQ(sequences.front().ids, heard);
  EXPECT_NE(sequences.back().ids, heard);
}

TEST(Sampling, ASampleThatHasEndedNeedsNoPages) {
  int ended = 0;
  for (unsigned seed = 0; seed < 20; ++seed) {
    ToyModel toy(seed, 23, 2);
    Model model = toy.open();
    std::uint64_t pages = 0;
    GenerateOptions options{.returnCount = 4,
                            .maximumLength = 15, // of one page
                            .sample = true,
                            .seed = seed,
                            .onToken = [&](std::size_t, Id) {
                              pages = model.statistics().self_pages_in_use;
                              return true;
                            }};
    std::vector<Sequence> samples = model.generate(model.encode({4, 5}), options).sequences;
    std::size_t length = samples.front().ids.size();
    if (length == 2)
      continue;              // the first step is one for all
    std::uint64_t going = 0; // while the first drew its last token
    for (const Sequence &sample : samples)
      going += sample.ids.size() >= length;
    // The first has none any more; the others go on behind it in the same step.
    EXPECT_EQ(pages, going - 1) << seed;
    ended += going < 4;
  }
  EXPECT_GT(ended, 5);
}

TEST(Sampling, RefusesWrongCountsOfNumbersAndResults) {
  ToyModel toy(9);
  toy.defaults.beams = 4;
  Model model = toy.open();
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}});
  EXPECT_THAT(errorOf([&] { model.generateBatch(sources, {.returnCount = 5, .sample = true}); }),
              HasSubstr("returnCount is 5, but must be 1 to 4"));
  EXPECT_THAT(
      errorOf([&] { model.generateBatch(sources, {.beams = 1, .sourceNumbers = {1, 2, 3}}); }),
      HasSubstr("sourceNumbers has 3 numbers, but must have one for each of the 2 sources"));
  EXPECT_THAT(errorOf([&] {
                model.generateBatch(sources, {.beams = 1, .returnCount = 1025, .sample = true});
              }),
              HasSubstr("returnCount is 1025, but must be 1 to 1024"));
}

TEST(Sampling, SaysWhereEverythingIsBanned) {
  ToyModel toy(9);
  Model model = toy.open();
  Source source = model.encode({4, 5});
  std::vector<Id> others(22); // but 22
  std::iota(others.begin(), others.end(), 0);
  for (int topK : {0, 50}) {
    EXPECT_EQ(
        errorOf([&] {
          model.generate(
              source, {.noRepeatNgramSize = 1, .suppressed = others, .sample = true, .topK = topK});
        }),
        "there is no token to draw: the options ban all that may follow 2 tokens of a result");
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
  }
  EXPECT_EQ(errorOf([&] {
              model.generate(source, {.forcedBeginning = 9, .suppressed = {{9}}, .sample = true});
            }),
            "there is no token to draw: the options force token 9 behind 1 tokens of a result, and "
            "ban it there");
}

} // namespace
} // namespace transept::tests

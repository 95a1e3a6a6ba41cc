// SPDX-License-Identifier: Apache-2.0
//
// Generation against the dense reference, over random models and option combinations.

#include "CountedRows.h"
#include "Random.h"
#include "ReferenceSearch.h"
#include "tests/support/Rounds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

ReferenceOptions randomOptions(Random &random, int vocabulary) {
  ReferenceOptions options;
  options.beams = random.oneIn(4) ? 1 : 1 + random.upTo(4);
  options.returnCount = 1 + random.upTo(options.beams - 1);
  options.prompt = {1};
  if (random.oneIn(4))
    options.prompt = random.ids(1 + random.upTo(4), vocabulary);
  int promptLength = int(options.prompt.size());
  options.maximumLength = promptLength + 1 + random.upTo(20);
  if (random.oneIn(4))
    options.maximumNewTokens = 1 + random.upTo(20);
  // Above the longest it would be refused.
  int longest = options.maximumNewTokens == -1 ? options.maximumLength
                                               : promptLength + options.maximumNewTokens;
  if (random.oneIn(3))
    options.minimumLength = std::min(random.upTo(12), longest);
  if (random.oneIn(4))
    options.minimumNewTokens = std::min(random.upTo(8), longest - promptLength);
  if (random.oneIn(3))
    options.noRepeatNgramSize = 1 + random.upTo(2);
  if (random.oneIn(3))
    options.encoderNoRepeatNgramSize = 1 + random.upTo(2);
  options.earlyStopping = static_cast<EarlyStopping>(random.upTo(2));
  constexpr float penalties[] = {1, 1, 0, 2, 0.5f, -1};
  options.lengthPenalty = penalties[random.upTo(5)];
  if (random.oneIn(3))
    options.repetitionPenalty = random.oneIn(2) ? 1.5f : 0.7f;
  options.renormalize = random.oneIn(4);
  if (random.oneIn(4))
    options.forcedBeginning = random.upTo(vocabulary - 1);
  if (random.oneIn(4))
    options.forcedEnd = random.oneIn(4) ? random.upTo(vocabulary - 1) : 2;
  if (random.oneIn(5))
    options.ends = {2, 5, 7};
  else if (random.oneIn(8))
    options.ends = {};
  if (random.oneIn(4))
    options.suppressed = random.ids(1 + random.upTo(3), vocabulary);
  if (random.oneIn(4))
    options.beginningSuppressed = random.ids(1 + random.upTo(3), vocabulary);
  if (random.oneIn(3))
    for (int word = random.upTo(6); word >= 0; --word)
      options.badWords.push_back(random.ids(1 + random.upTo(2), vocabulary));
  return options;
}

void expectSame(const Generation &actual, const std::vector<Sequence> &expected, bool isBeam) {
  ASSERT_EQ(actual.sequences.size(), expected.size());
  for (std::size_t index = 0; index < expected.size(); ++index) {
    EXPECT_EQ(actual.sequences[index].ids, expected[index].ids) << "sequence " << index;
    EXPECT_EQ(actual.sequences[index].finishReason, expected[index].finishReason);
    if (isBeam) {
      EXPECT_EQ(actual.sequences[index].score, expected[index].score);
    }
  }
}

TEST(Generation, OfATemporaryGivesItsIdsAway) {
  auto generate = [] {
    Generation result;
    result.sequences.push_back({.ids = {7, 8, 9}});
    return result;
  };
  std::vector<Id> seen;
  for (Id id : generate().ids())
    seen.push_back(id);
  EXPECT_THAT(seen, ::testing::ElementsAre(7, 8, 9));
  EXPECT_EQ(generate().best().ids.size(), 3u);
}

TEST(Generate, EqualsDenseReferenceOverRandomOptions) {
  for (unsigned seed = 0; seed < roundsOf(1500U); ++seed) {
    Random random(seed);
    constexpr std::uint32_t vocabularies[] = {23, 40, 97};
    std::uint32_t vocabulary = vocabularies[random.upTo(2)];
    ToyModel toy(seed, vocabulary, float(random.upTo(4)));
    Model model = toy.open();
    ReferenceOptions options = randomOptions(random, int(vocabulary));
    std::vector<std::vector<Id>> sources;
    for (int count = random.upTo(2); count >= 0; --count)
      sources.push_back(random.ids(1 + random.upTo(30), int(vocabulary)));
    std::vector<Generation> results =
        model.generateBatch(model.encodeBatch(sources), options.forRuntime());
    for (std::size_t source = 0; source < sources.size(); ++source) {
      SCOPED_TRACE("seed " + std::to_string(seed) + " source " + std::to_string(source) + ": " +
                   options.describe());
      expectSame(results[source], referenceSearch(toy, sources[source], options),
                 options.beams > 1);
    }
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
    if (HasFailure())
      return;
  }
}

TEST(Generate, PutsAForcedBeginningBeforeAPrompt) {
  ToyModel toy(3, 23, 2);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  auto generate = [&](std::vector<Id> prompt) {
    return model
        .generate(source, {.beams = 2, .maximumLength = 12, .forcedBeginning = 9, .prompt = prompt})
        .best();
  };
  ReferenceOptions whole;
  whole.beams = 2;
  whole.maximumLength = 12;
  whole.prompt = {1, 9, 7, 8};
  std::vector<Sequence> expected = referenceSearch(toy, source.ids(), whole);
  for (const std::vector<Id> &prompt :
       std::vector<std::vector<Id>>{{7, 8}, {1, 7, 8}, {9, 7, 8}, {1, 9, 7, 8}})
    EXPECT_EQ(generate(prompt).ids, expected[0].ids) << prompt[0] << " " << prompt[1];
  EXPECT_EQ(generate({1}).ids, generate({}).ids);
  EXPECT_EQ(generate({}).ids[1], 9);
}

TEST(Generate, GivesEachSourceTheSameAloneAndInALargeBatch) {
  ToyModel toy(3, 23, 2);
  Model model = toy.open({.threads = 3});
  Random random(1);
  std::vector<std::vector<Id>> ids;
  for (int index = 0; index < 150; ++index) // more hypotheses than one step takes
    ids.push_back(random.ids(1 + random.upTo(20), 23));
  std::vector<Source> sources = model.encodeBatch(ids);
  GenerateOptions options{.beams = 4, .returnCount = 3, .maximumLength = 30};
  std::vector<Generation> together = model.generateBatch(sources, options);
  for (std::size_t index = 0; index < sources.size(); ++index) {
    Generation alone = model.generate(sources[index], options);
    expectSame(together[index], alone.sequences, true);
  }
}

TEST(Generate, FeedsAPromptLongerThanOneInvocation) {
  ToyModel toy(5);
  Model model = toy.open();
  Random random(2);
  ReferenceOptions options;
  options.prompt = random.ids(1301, 23);
  options.maximumNewTokens = 6;
  std::vector<Id> source{4, 5, 6};
  for (int beams : {1, 3}) {
    options.beams = beams;
    expectSame(model.generate(model.encode(source), options.forRuntime()),
               referenceSearch(toy, source, options), beams > 1);
  }
}

TEST(Generate, TakesOnePromptForEachSource) {
  ToyModel toy(6);
  Model model = toy.open();
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}});
  std::vector<Generation> results = model.generateBatch(sources, {.prompts = {{7, 8}, {1, 9, 3}}});
  for (std::size_t index = 0; index < 2; ++index) {
    ReferenceOptions options;
    options.prompt = index == 0 ? std::vector<Id>{1, 7, 8} : std::vector<Id>{1, 9, 3};
    expectSame(results[index], referenceSearch(toy, sources[index].ids(), options), false);
  }
}

TEST(Generate, UsesModelDefaultsWhereNothingIsSet) {
  ToyModel toy(7);
  toy.defaults.beams = 3;
  toy.defaults.maximum_new_tokens = 9;
  toy.defaults.repetition_penalty = 1.3f;
  std::int32_t outside[] = {4, 1000};
  toy.defaults.suppressed_ids = outside;
  toy.defaults.suppressed_id_count = 2;
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  ReferenceOptions expected;
  expected.beams = 3;
  expected.maximumNewTokens = 9;
  expected.repetitionPenalty = 1.3f;
  expected.suppressed = {4};
  expectSame(model.generate(source), referenceSearch(toy, source.ids(), expected), true);
  expected.maximumNewTokens = -1;
  expected.maximumLength = 5;
  expectSame(model.generate(source, {.maximumLength = 5}),
             referenceSearch(toy, source.ids(), expected), true);
}

TEST(Generate, ScoresGreedySequencesByTheirLogProbabilities) {
  ToyModel toy(8);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  Sequence sequence = model.generate(source).best();
  Rows logits = model.logits(source, sequence.ids);
  double expected = 0;
  for (std::size_t at = 0; at + 1 != sequence.ids.size(); ++at) {
    double sum = 0;
    for (float logit : logits[at])
      sum += std::exp(double(logit));
    expected += logits[at][std::size_t(sequence.ids[at + 1])] - std::log(sum);
  }
  EXPECT_NEAR(sequence.score, expected, 1e-3);
}

TEST(Generate, TellsEachGreedyTokenToTheListener) {
  ToyModel toy(9);
  Model model = toy.open();
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}});
  std::vector<std::vector<Id>> heard{{1}, {1}};
  std::vector<Generation> results = model.generateBatch(
      sources, {.forcedBeginning = 9, .onToken = [&](std::size_t source, Id id) {
                  heard[source].push_back(id);
                  return true;
                }});
  EXPECT_EQ(heard[0], results[0].ids());
  EXPECT_EQ(heard[1], results[1].ids());
}

TEST(Generate, StopsWhenTheListenerSaysSoOrThrows) {
  ToyModel toy(9);
  Model model = toy.open();
  Source source = model.encode({4, 5});
  try {
    model.generate(source, {.onToken = [](std::size_t, Id) { return false; }});
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::Cancelled);
  }
  EXPECT_THROW(model.generate(source, {.onToken = [](std::size_t, Id) -> bool {
                                throw std::out_of_range("mine");
                              }}),
               std::out_of_range);
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

TEST(Generate, CostsOneInvocationForPromptForcedBeginningAndFirstStep) {
  ToyModel toy(10);
  Model model = toy.open();
  Source source = model.encode({4, 5});
  toy.parameters.decodeCalls = 0;
  model.generate(source, {.beams = 4, .maximumLength = 4, .forcedBeginning = 9, .forcedEnd = 2});
  EXPECT_EQ(toy.parameters.decodeCalls, 1); // start, forced, chosen, forced
}

TEST(Generate, FeedsEachTokenOnce) {
  ToyModel toy(5);
  CountedRows counted(toy);
  Model model = toy.open();
  Source source = model.encode({4, 5});
  for (bool sample : {false, true})
    for (int count : {1, 3}) {
      GenerateOptions options{.maximumLength = 20, .suppressed = std::vector<Id>{2}};
      options.sample = sample;
      (sample ? options.returnCount : options.beams) = count;
      CountedRows::clear();
      model.generate(source, options);
      // Of each result all but the last token; the start is one row for all.
      EXPECT_EQ(CountedRows::rows(), 1 + 18 * count) << sample;
    }
}

TEST(Generate, EndsWhereThePositionsDo) {
  ToyModel toy(5);
  toy.table.maximum_target_length = 12;
  CountedRows counted(toy);
  Model model = toy.open();
  for (std::size_t promptLength : {1u, 5u, 12u})
    for (int beams : {1, 3}) {
      GenerateOptions options{.beams = beams,
                              .maximumNewTokens = 12,
                              .suppressed = std::vector<Id>{2},
                              .prompt = std::vector<Id>(promptLength, 1)};
      CountedRows::clear();
      // The last token needs none.
      EXPECT_EQ(model.generate(model.encode({4, 5}), options).ids().size(), 13u);
      EXPECT_EQ(CountedRows::highestPosition(), 11);
    }
}

TEST(Generate, AResultThatHasEndedNeedsNoPages) {
  for (bool sample : {false, true})
    for (int count : {1, 2}) {
      ToyModel toy(5, 23, 3);
      Model model = toy.open();
      std::vector<Source> sources = model.encodeBatch({{4}, {5}, {6}, {7}});
      GenerateOptions options{.maximumLength = 40};
      options.sample = sample;
      (sample ? options.returnCount : options.beams) = count;
      std::uint64_t pages = 0;
      options.onToken = [&](std::size_t, Id) {
        pages = model.statistics().self_pages_in_use;
        return true;
      };
      std::vector<Generation> results = model.generateBatch(sources, options);
      std::vector<std::size_t> lengths;
      for (const Generation &each : results)
        lengths.push_back(each.ids().size());
      // At the end there are those of the longest alone.
      std::size_t longest = *std::max_element(lengths.begin(), lengths.end());
      auto left = std::uint64_t(std::count(lengths.begin(), lengths.end(), longest) * count);
      EXPECT_LE(pages, left * ((longest + 15) / 16)) << sample << " " << count;
    }
}

TEST(Generate, ADecoderAloneGoesOnFromItsPromptAsItIs) {
  ToyModel toy(5);
  GenerateOptions options{
      .maximumLength = 8, .forcedBeginning = 9, .prompt = std::vector<Id>{1, 5}};
  options.decoderStart = 1;
  Model model = toy.open();
  EXPECT_EQ(model.generate(model.encode({4}), options).ids()[1], 9);
  toy.table.source_vocabulary_size = 0;
  Model alone = toy.open();
  std::vector<Id> ids = alone.generate(alone.noSource(), options).ids();
  EXPECT_EQ(ids[1], 5);
  EXPECT_NE(ids[2], 9);
}

TEST(Generate, AcceptsNoSources) {
  ToyModel toy(10);
  EXPECT_TRUE(toy.open().generateBatch({}).empty());
}

} // namespace
} // namespace transept::tests

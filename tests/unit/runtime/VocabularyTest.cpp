// SPDX-License-Identifier: Apache-2.0
//
// Searches that look at a part of the vocabulary: as if all other ids had logits of -inf.

#include "Random.h"
#include "ReferenceSearch.h"
#include "ToyModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <thread>

namespace transept::tests {
namespace {

using testing::AnyOfArray;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

const std::vector<Id> source{5, 6, 7};

std::vector<Id> generatedOf(const Sequence &sequence) {
  return {sequence.ids.begin() + 1, sequence.ids.end()};
}

/// Greedy search over these ids (ascending) alone, the dense way; the score is that of the softmax
/// over them.
std::pair<std::vector<Id>, float> reference(const ToyModel &toy, const std::vector<Id> &vocabulary,
                                            std::size_t tokens) {
  std::vector<Id> ids{1};
  float score = 0;
  while (ids.size() <= tokens && (ids.size() == 1 || ids.back() != 2)) {
    std::vector<float> logits = toy.logits(source, ids);
    double sum = 0;
    Id best = vocabulary[0];
    for (Id id : vocabulary) {
      sum += std::exp(double(logits[std::size_t(id)]));
      if (logits[std::size_t(id)] > logits[std::size_t(best)])
        best = id;
    }
    score += logits[std::size_t(best)] - float(std::log(sum));
    ids.push_back(best);
  }
  return {{ids.begin() + 1, ids.end()}, score};
}

GenerateOptions withVocabulary(std::vector<Id> ids) {
  GenerateOptions options;
  options.vocabulary = std::move(ids);
  options.maximumNewTokens = 12;
  return options;
}

TEST(Vocabulary, GreedyResultsAreThoseOfTheShareAlone) {
  Random random(3);
  for (unsigned seed = 0; seed != 50; ++seed) {
    ToyModel toy(seed);
    Model model = toy.open();
    std::vector<Id> ids{2};
    for (Id id = 3; id != 23; ++id)
      if (random.oneIn(3))
        ids.push_back(id);
    std::vector<Id> given(ids.rbegin(), ids.rend()); // in any order
    Sequence result = model.generate(model.encode(source), withVocabulary(given)).best();
    auto [expected, score] = reference(toy, ids, 12);
    EXPECT_EQ(generatedOf(result), expected) << seed;
    EXPECT_NEAR(result.score, score, 1e-4) << seed;
  }
}

TEST(Vocabulary, HasTheEndsAndForcedWordsWithoutBeingTold) {
  ToyModel toy(4, 23, /*endBias=*/100);
  Model model = toy.open();
  EXPECT_THAT(generatedOf(model.generate(model.encode(source), withVocabulary({9})).best()),
              ElementsAre(2));
  ToyModel endless(4, 23, -100);
  Model other = endless.open();
  GenerateOptions options = withVocabulary({9, 10});
  options.beams = 3;
  options.forcedWords = {{{17}}};
  EXPECT_THAT(generatedOf(other.generate(other.encode(source), options).best()),
              testing::Contains(17));
}

TEST(Vocabulary, BeamsAndSamplesStayInIt) {
  ToyModel toy(8, 23, -1);
  Model model = toy.open();
  std::vector<Id> ids{2, 5, 11, 12, 20};
  Source encoded = model.encode(source);
  GenerateOptions beams = withVocabulary(ids), samples = withVocabulary(ids);
  beams.beams = beams.returnCount = 4;
  samples.sample = true;
  samples.returnCount = 5;
  for (int topK : {0, 3, 50}) {
    samples.topK = topK;
    for (const Sequence &each : model.generate(encoded, samples).sequences)
      EXPECT_THAT(generatedOf(each), Each(AnyOfArray(ids))) << topK;
  }
  for (const Sequence &each : model.generate(encoded, beams).sequences)
    EXPECT_THAT(generatedOf(each), Each(AnyOfArray(ids)));
}

TEST(Vocabulary, BeamsAreThoseWhereOthersAreNotAllowedAndScoresRenormalized) {
  for (unsigned seed = 0; seed != 40; ++seed) {
    ToyModel toy(seed, 23, -0.5f);
    Model model = toy.open();
    std::vector<Id> ids{2, 5, 7, 8, 11, 12, 19, 20};
    Source encoded = model.encode(source);
    GenerateOptions options = withVocabulary(ids);
    options.beams = options.returnCount = 3;
    GenerateOptions other = options;
    other.vocabulary.reset();
    other.renormalize = true;
    other.allowedIds = [&](const TokenPrefix &) { return ids; };
    std::vector<Sequence> found = model.generate(encoded, options).sequences;
    std::vector<Sequence> expected = model.generate(encoded, other).sequences;
    ASSERT_EQ(found.size(), expected.size());
    for (std::size_t index = 0; index != found.size(); ++index) {
      EXPECT_EQ(generatedOf(found[index]), generatedOf(expected[index])) << seed;
      EXPECT_NEAR(found[index].score, expected[index].score, 1e-4) << seed;
    }
  }
}

TEST(Vocabulary, RulesActOnWhatIsInIt) {
  ToyModel toy(8, 23, -100);
  Model model = toy.open();
  GenerateOptions options = withVocabulary({5, 11, 12});
  options.suppressed = {3, 11, 22};
  options.noRepeatNgramSize = 2;
  std::vector<Id> ids = generatedOf(model.generate(model.encode(source), options).best());
  EXPECT_THAT(ids, Each(testing::AnyOf(5, 12, 2)));
  EXPECT_THAT(ids, testing::Contains(2)); // once no pair is left
}

TEST(Vocabulary, OfEachCallIsItsOwnInACommonStep) {
  ToyModel toy(11, 23, -2);
  Model model = toy.open({.threads = 2});
  std::vector<GenerateOptions> options(12);
  for (std::size_t index = 0; index != options.size(); ++index) {
    options[index].maximumNewTokens = 30;
    options[index].beams = 1 + int(index) % 3;
    if (index % 4 != 0)
      options[index].vocabulary = {2, Id(3 + index % 4), 9, 15, Id(16 + index % 2)};
  }
  Source encoded = model.encode(source);
  std::vector<std::vector<Id>> alone;
  for (const GenerateOptions &each : options)
    alone.push_back(generatedOf(model.generate(encoded, each).best()));
  std::vector<Request> requests;
  SourceInput input{.ids = source};
  for (const GenerateOptions &each : options)
    requests.push_back(model.submit(std::span(&input, 1), each));
  for (std::size_t index = 0; index != options.size(); ++index)
    EXPECT_EQ(generatedOf(requests[index].get().front().best()), alone[index]) << index;
}

std::string errorOf(const Model &model, const GenerateOptions &options) {
  try {
    model.generate(model.encode(source), options);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

TEST(Vocabulary, OfWhichNothingMayBeChosenIsAnError) {
  ToyModel toy;
  Model model = toy.open();
  GenerateOptions options = withVocabulary({5, 6});
  options.suppressed = {2, 5, 6};
  EXPECT_THAT(errorOf(model, options), HasSubstr("leave none of the 3 ids"));
  EXPECT_THAT(errorOf(model, withVocabulary({5, 23})),
              testing::StrEq("vocabulary[1] is 23, but must be 0 to 22"));
}

TEST(Vocabulary, OfWhichNothingMayFollowWhatIsThereIsAnErrorToo) {
  ToyModel toy;
  Model model = toy.open();
  GenerateOptions options = withVocabulary({5, 6});
  options.suppressed = {5, 6};
  options.minimumNewTokens = 3; // until then the end is banned as well
  for (std::int64_t beams : {1, 3}) {
    options.beams = beams;
    EXPECT_EQ(errorOf(model, options), "there is no token to choose: other options ban all of "
                                       "vocabulary behind 1 tokens of a result")
        << beams;
  }
  options = withVocabulary({5, 6, 7});
  options.noRepeatNgramSize = 1;
  options.minimumNewTokens = 6;
  for (std::int64_t beams : {1, 3}) {
    options.beams = beams;
    EXPECT_THAT(errorOf(model, options), HasSubstr("ban all of vocabulary behind 4 tokens"))
        << beams;
  }
}

TEST(Vocabulary, OfAllIdsIsNone) {
  ToyModel toy(5);
  Model model = toy.open();
  std::vector<Id> all(23);
  for (std::size_t id = 0; id != all.size(); ++id)
    all[id] = Id(id);
  GenerateOptions plain;
  plain.maximumNewTokens = 12;
  Source encoded = model.encode(source);
  Sequence with = model.generate(encoded, withVocabulary(all)).best();
  Sequence without = model.generate(encoded, plain).best();
  EXPECT_EQ(generatedOf(with), generatedOf(without));
  EXPECT_EQ(with.score, without.score);
}

} // namespace
} // namespace transept::tests

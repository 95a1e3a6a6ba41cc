// SPDX-License-Identifier: Apache-2.0
//
// Generation with timestamps: against the dense reference over random models and options, and rule
// by rule on sequences whose next ids are known.

#include "Random.h"
#include "ReferenceSearch.h"
#include "runtime/decode/Candidates.h"
#include "tests/support/Rounds.h"

#include <cmath>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using runtime::Candidate;
using runtime::ExcludedIds;
using runtime::GenerationSettings;
using runtime::RowScores;
using runtime::ScoreKind;
using runtime::TokenRules;

ReferenceOptions randomOptions(Random &random, Id firstTimestamp, int vocabulary) {
  ReferenceOptions options;
  options.firstTimestamp = firstTimestamp;
  if (random.oneIn(2))
    options.maximumInitialTimestamp = random.upTo(4);
  options.beams = random.oneIn(3) ? 1 : 2 + random.upTo(3);
  options.returnCount = 1 + random.upTo(options.beams - 1);
  options.prompt = {1, firstTimestamp - 6, firstTimestamp - 3};
  if (random.oneIn(4)) // timestamps of the prompt do not count
    options.prompt.push_back(firstTimestamp);
  options.maximumLength = int(options.prompt.size()) + 2 + random.upTo(25);
  if (random.oneIn(3))
    options.minimumNewTokens =
        std::min(random.upTo(8), options.maximumLength - int(options.prompt.size()));
  if (random.oneIn(4))
    options.noRepeatNgramSize = 1 + random.upTo(2);
  if (random.oneIn(3))
    options.repetitionPenalty = random.oneIn(2) ? 1.5f : 0.7f;
  constexpr float penalties[] = {1, 1, 0, 2};
  options.lengthPenalty = penalties[random.upTo(3)];
  options.earlyStopping = static_cast<EarlyStopping>(random.upTo(2));
  if (random.oneIn(4))
    options.forcedEnd = 2;
  if (random.oneIn(3))
    options.ends = {random.oneIn(2) ? 2 : firstTimestamp - 7};
  for (int count = random.upTo(4); count > 0; --count)
    options.suppressed.push_back(random.upTo(vocabulary - 1));
  if (random.oneIn(2))
    options.beginningSuppressed = {3, options.ends[0], random.upTo(vocabulary - 1)};
  if (random.oneIn(4))
    options.badWords = {{random.upTo(vocabulary - 1)}, {firstTimestamp, 5}};
  return options;
}

TEST(TimestampRules, GenerateAsTheDenseReferenceDoesOverRandomOptions) {
  int textSteps = 0, timestampSteps = 0;
  for (unsigned seed = 0; seed < roundsOf(1500U); ++seed) {
    Random random(seed);
    int vocabulary = 30 + random.upTo(60);
    Id firstTimestamp = vocabulary - 1 - random.upTo(19);
    ReferenceOptions options = randomOptions(random, firstTimestamp, vocabulary);
    ToyModel toy(seed, std::uint32_t(vocabulary), float(random.upTo(4)));
    toy.speak(firstTimestamp, options.maximumInitialTimestamp, float(random.upTo(4)) - 3);
    Model model = toy.open();
    std::vector<Id> source{4, 5, 6, Id(seed % 20)};
    Generation actual = model.generate(model.encode(source), options.forRuntime());
    std::vector<Sequence> expected = referenceSearch(toy, source, options);
    ASSERT_EQ(actual.sequences.size(), expected.size());
    for (std::size_t index = 0; index < expected.size(); ++index) {
      ASSERT_EQ(actual.sequences[index].ids, expected[index].ids)
          << "seed " << seed << " sequence " << index << ": " << options.describe();
      if (options.beams > 1) {
        ASSERT_EQ(actual.sequences[index].score, expected[index].score) << "seed " << seed;
      }
    }
    for (Id id : std::span(actual.ids()).subspan(options.prompt.size()))
      ++(id < firstTimestamp ? textSteps : timestampSteps);
  }
  // The comparison means something: neither kind is rare.
  EXPECT_GT(textSteps, roundsOf(2000));
  EXPECT_GT(timestampSteps, roundsOf(2000));
}

/// Ids 0 to 9 are text, of which 8 is the end and 9 stands for no timestamps; 10 to 15 are
/// timestamps. The prompt is {1, 12}.
class Rules : public testing::Test {
protected:
  Rules() {
    settings.ends = {8};
    settings.vocabularySize = 16;
    settings.firstTimestamp = 10;
    settings.noTimestamps = 9;
    settings.maximumLength = 100;
  }

  /// The ids that may follow prompt and `text`; text scores 1, timestamps `timestampLogit`.
  std::vector<Id> after(std::vector<Id> text, float timestampLogit = -9) {
    std::vector<Id> ids{1, 12};
    ids.insert(ids.end(), text.begin(), text.end());
    TokenRules rules(settings, {}, 2);
    ExcludedIds excluded;
    rules.collect(ids, excluded);
    std::vector<float> logits;
    for (Id id : excluded.ids)
      logits.push_back(id < 10 ? 1 : timestampLogit);
    std::vector<Id> searched;
    for (Id id = 0; id != 16; ++id)
      if (!std::binary_search(excluded.ids.begin(), excluded.ids.end(), id))
        searched.push_back(id);
    std::vector<float> searchedLogits(searched.size(), 1);
    std::vector<Candidate> candidates;
    mergeCandidates(RowScores{searched, searchedLogits, logits, 4, {}}, excluded, rules,
                    ScoreKind::LogProbability, candidates);
    std::vector<Id> result;
    for (const Candidate &candidate : candidates)
      result.push_back(candidate.id);
    std::sort(result.begin(), result.end());
    for (Id id = 0; id != 16; ++id)
      if (timestampLogit < -1) {
        EXPECT_EQ(rules.isForbidden(id, ids),
                  !std::binary_search(result.begin(), result.end(), id));
      }
    return result;
  }

  GenerationSettings settings;
};

const std::vector<Id> allText{0, 1, 2, 3, 4, 5, 6, 7, 8};

std::vector<Id> textAnd(std::vector<Id> timestamps) {
  std::vector<Id> result = allText;
  result.insert(result.end(), timestamps.begin(), timestamps.end());
  return result;
}

TEST_F(Rules, BeginWithATimestamp) {
  EXPECT_EQ(after({}), (std::vector<Id>{10, 11, 12, 13, 14, 15}));
}

TEST_F(Rules, BeginWithAnEarlyTimestampWhereThatIsAsked) {
  settings.maximumInitialTimestamp = 2;
  EXPECT_EQ(after({}), (std::vector<Id>{10, 11, 12}));
  settings.maximumInitialTimestamp = INT32_MAX;
  EXPECT_EQ(after({}), (std::vector<Id>{10, 11, 12, 13, 14, 15}));
}

TEST_F(Rules, LetTextFollowAnOpeningTimestamp) {
  EXPECT_EQ(after({11}), allText);
}

TEST_F(Rules, LetLaterTimestampsOrTextFollowText) {
  EXPECT_EQ(after({11, 3}), textAnd({12, 13, 14, 15}));
  EXPECT_EQ(after({15, 3}), allText);
}

TEST_F(Rules, CloseAPairWithTheSameOrALaterTimestampOrTheEnd) {
  EXPECT_EQ(after({10, 3, 13}), (std::vector<Id>{8, 13, 14, 15}));
}

TEST_F(Rules, LetTextFollowAPair) {
  EXPECT_EQ(after({10, 3, 13, 14}), allText);
}

TEST_F(Rules, NeverLetTimesDecrease) {
  EXPECT_EQ(after({10, 3, 13, 14, 5}), textAnd({15}));
}

TEST_F(Rules, NeverSayThatThereAreNoTimestamps) {
  for (const std::vector<Id> &text : {std::vector<Id>{11}, {11, 3}, {11, 3, 12}}) {
    std::vector<Id> next = after(text);
    EXPECT_EQ(std::count(next.begin(), next.end(), 9), 0);
  }
}

TEST_F(Rules, TakeATimestampWhenAllOfThemTogetherBeatTheBestText) {
  float even = 1 - std::log(4.0f); // four timestamps together as likely as one text
  EXPECT_EQ(after({11, 3}, even + 0.01f), (std::vector<Id>{12, 13, 14, 15}));
  EXPECT_EQ(after({11, 3}, even - 0.01f), textAnd({12, 13, 14, 15}));
}

TEST_F(Rules, CompareWithTheTextThatOtherRulesLeave) {
  settings.suppressed = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  EXPECT_EQ(after({11, 3}, -20), (std::vector<Id>{12, 13, 14, 15}));
}

TEST_F(Rules, OnlyActWhereTheyAreAsked) {
  ToyModel toy;
  Model model = toy.open();
  Source source = model.encode({4, 5});
  EXPECT_NO_THROW(model.generate(source, {.timestamps = false}));
  try {
    model.generate(source, {.timestamps = true});
    FAIL();
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
    EXPECT_STREQ(error.what(), "timestamps is 1, but must be 0: this model has no timestamps");
  }
  toy.speak(15);
  ReferenceOptions plain;
  EXPECT_EQ(model.generate(source).ids(), referenceSearch(toy, source.ids(), plain)[0].ids);
}

} // namespace
} // namespace transept::tests

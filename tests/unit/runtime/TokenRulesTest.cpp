// SPDX-License-Identifier: Apache-2.0
//
// The rules that add to scores and those that allow: against the dense reference over random models
// and options, and one by one where a result says what they did.

#include "ErrorOf.h"
#include "Random.h"
#include "ReferenceSearch.h"

#include "runtime/decode/GenerationSettings.h"
#include "tests/support/Rounds.h"
#include "transept/token_trie.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ReferenceOptions randomOptions(Random &random, unsigned seed, int vocabulary) {
  ReferenceOptions options;
  options.beams = random.oneIn(3) ? 1 : 2 + random.upTo(3);
  options.returnCount = 1 + random.upTo(options.beams - 1);
  if (random.oneIn(4))
    options.prompt = random.ids(1 + random.upTo(4), vocabulary);
  options.maximumLength = int(options.prompt.size()) + 1 + random.upTo(20);
  if (random.oneIn(4))
    options.minimumLength = std::min(random.upTo(12), options.maximumLength);
  options.earlyStopping = static_cast<EarlyStopping>(random.upTo(2));
  if (random.oneIn(3))
    options.repetitionPenalty = random.oneIn(2) ? 1.5f : 0.7f;
  options.addRandomRules(random, seed, vocabulary);
  options.renormalize = random.oneIn(4);
  if (random.oneIn(4))
    options.noRepeatNgramSize = 1 + random.upTo(2);
  if (random.oneIn(4))
    options.forcedBeginning = random.upTo(vocabulary - 1);
  if (random.oneIn(4))
    options.forcedEnd = 2;
  if (random.oneIn(3))
    options.ends = {7, 2, 5, 2};
  if (random.oneIn(4))
    options.suppressed = random.ids(1 + random.upTo(3), vocabulary);
  if (random.oneIn(4))
    options.badWords = {random.ids(1, vocabulary), random.ids(2, vocabulary)};
  if (options.beams > 1 && random.oneIn(3))
    options.patience = 1 + random.fraction() * 2;
  if (options.beams > 1 && random.oneIn(3)) {
    options.prompt = {1};
    options.softPrompt = random.ids(1 + random.upTo(6), vocabulary);
    options.softPrompt.front() = 1; // the decoder start
    if (options.forcedBeginning != -1)
      options.softPrompt.insert(options.softPrompt.begin() + 1, options.forcedBeginning);
    options.prefixBias = random.oneIn(2) ? 0.05f : 0.9f;
  }
  return options;
}

TEST(TokenRules, EqualTheDenseReferenceOverRandomOptions) {
  int compared = 0;
  for (unsigned seed = 0; seed < roundsOf(2000U); ++seed) {
    Random random(seed);
    int vocabulary = random.oneIn(2) ? 23 : 60;
    ToyModel toy(seed, std::uint32_t(vocabulary), float(random.upTo(4)));
    ReferenceOptions options = randomOptions(random, seed, vocabulary);
    std::vector<Id> source = random.ids(1 + random.upTo(20), vocabulary);
    Model model = toy.open();
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + options.describe());
    std::vector<Sequence> expected, actual;
    std::string expectedError = errorOf([&] { expected = referenceSearch(toy, source, options); });
    std::string error = errorOf(
        [&] { actual = model.generate(model.encode(source), options.forRuntime()).sequences; });
    EXPECT_THAT(error, HasSubstr(expectedError));
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t index = 0; index < expected.size(); ++index) {
      EXPECT_EQ(actual[index].ids, expected[index].ids) << "sequence " << index;
      if (options.beams > 1) {
        EXPECT_EQ(actual[index].score, expected[index].score) << "sequence " << index;
      }
    }
    compared += expected.empty() ? 0 : 1;
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
    if (HasFailure())
      return;
  }
  EXPECT_GT(compared, roundsOf(1700));
}

/// A model whose sources and options are of the test.
class OneRule : public testing::Test {
protected:
  std::vector<Id> generate(GenerateOptions options) {
    options.maximumLength = options.maximumLength.value_or(12);
    return model.generate(model.encode({4, 5, 6}), options).ids();
  }
  std::string error(GenerateOptions options) {
    return errorOf([&] { generate(std::move(options)); });
  }

  ToyModel toy{3, 23, 2};
  Model model = toy.open();
};

TEST_F(OneRule, OfSeveralBiasesOfOneSequenceTheLastCounts) {
  std::vector<Id> ids = generate(
      {.sequenceBiases = std::vector<SequenceBias>{{{9}, 1e6f}, {{8}, 1e3f}, {{9}, -1e6f}}});
  ASSERT_EQ(ids.size(), 12u);
  EXPECT_THAT(std::span(ids).subspan(1), testing::Each(8));
}

TEST_F(OneRule, ABiasOfALongerSequenceWaitsForWhatIsBeforeItsLastId) {
  std::vector<Id> ids = generate(
      {.ends = std::vector<Id>{},
       .sequenceBiases = std::vector<SequenceBias>{{{7}, 100}, {{7, 8}, 1000}, {{7, 8, 9}, 1000}}});
  EXPECT_THAT(ids, ElementsAre(1, 7, 8, 9, 7, 8, 9, 7, 8, 9, 7, 8));
}

TEST_F(OneRule, ADecayThatGrowsBeyondAllNumbersStillEndsAResult) {
  GenerateOptions options{.maximumLength = 300, .exponentialDecay = ExponentialDecay{4, 1e9f}};
  options.ends = std::vector<Id>{2};
  std::vector<Id> ids = generate(options);
  EXPECT_EQ(ids.back(), 2);
  EXPECT_LE(ids.size(), 7u);
  options.minimumLength = 100; // where it is far beyond the largest number
  EXPECT_EQ(generate(options).size(), 101u);
  options.beams = 3;
  Sequence best = model.generate(model.encode({4, 5, 6}), options).best();
  EXPECT_EQ(best.ids.size(), 101u);
  EXPECT_TRUE(std::isfinite(best.score)) << best.score;
}

TEST_F(OneRule, IdsAreChosenFromThoseThatAreAllowed) {
  auto pair = [](const TokenPrefix &prefix) {
    EXPECT_EQ(prefix.source, 0u);
    EXPECT_EQ(prefix.ids.size(), prefix.generated.size() + 3);
    EXPECT_EQ(prefix.ids.data() + 3, prefix.generated.data());
    return prefix.generated.size() % 2 == 0 ? std::vector<Id>{11, 10} : std::vector<Id>{13, 12};
  };
  for (int beams : {1, 4}) {
    std::vector<Id> ids = generate({.beams = beams, .prompt = {7, 8}, .allowedIds = pair});
    ASSERT_EQ(ids.size(), 12u);
    for (std::size_t at = 3; at != ids.size(); ++at)
      EXPECT_EQ(ids[at] / 2, at % 2 == 1 ? 5 : 6) << at;
  }
}

TEST_F(OneRule, AForcedBeginningIsNotAskedFor) {
  auto only = [](const TokenPrefix &prefix) {
    return std::vector<Id>{Id(10 + prefix.generated.size())};
  };
  EXPECT_THAT(generate({.maximumLength = 5, .forcedBeginning = 9, .allowedIds = only}),
              ElementsAre(1, 9, 10, 11, 12));
}

TEST_F(OneRule, AFunctionThatAllowsNothingOrWhatIsNoIdIsAnError) {
  auto nothing = [](const TokenPrefix &) { return std::vector<Id>{}; };
  EXPECT_EQ(error({.allowedIds = nothing}),
            "allowedIds allows no id behind 1 tokens of sources[0], but must allow one or more");
  auto wrong = [](const TokenPrefix &) { return std::vector<Id>{3, 23}; };
  EXPECT_EQ(error({.beams = 2, .allowedIds = wrong}),
            "id 1 that allowedIds allows behind 1 tokens of sources[0] is 23, but must be 0 to 22");
  auto banned = [](const TokenPrefix &) { return std::vector<Id>{3}; };
  EXPECT_EQ(error({.suppressed = std::vector<Id>{3}, .allowedIds = banned}),
            "there is no token to choose: other options ban all that allowedIds allows behind 1 "
            "tokens of a result");
  auto failing = [](const TokenPrefix &) -> std::vector<Id> {
    throw Error(ErrorCode::Internal, "what it threw");
  };
  EXPECT_EQ(error({.allowedIds = failing}), "what it threw");
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

TEST_F(OneRule, EachSourceOfABatchIsAskedForByItsNumber) {
  auto byNumber = [](const TokenPrefix &prefix) {
    return std::vector<Id>{Id(3 + prefix.source), Id(3 + prefix.source)};
  };
  std::vector<Generation> results =
      model.generateBatch(model.encodeBatch(std::vector<std::vector<Id>>{{4}, {5, 6}, {4}}),
                          GenerateOptions{.beams = 2, .maximumLength = 3, .allowedIds = byNumber});
  for (std::size_t source = 0; source != results.size(); ++source)
    EXPECT_THAT(std::span(results[source].ids()).subspan(1), testing::Each(Id(3 + source)));
}

TEST_F(OneRule, ResultsAreThoseOfATrie) {
  const std::vector<Id> ends{2, 3};
  TokenTrie trie;
  EXPECT_THAT(trie.allowedAfter({}, ends), IsEmpty());
  const std::vector<std::vector<Id>> names = {{9, 10, 11}, {9, 10}, {12}, {9, 13, 14, 15}};
  for (const std::vector<Id> &name : names)
    trie.add(name);
  EXPECT_THAT(trie.allowedAfter({}, ends), ElementsAre(9, 12));
  EXPECT_THAT(trie.allowedAfter(std::vector<Id>{9, 10}, ends), ElementsAre(11, 2, 3));
  EXPECT_THAT(trie.allowedAfter(std::vector<Id>{12}, ends), ElementsAre(2, 3));
  EXPECT_THAT(trie.allowedAfter(std::vector<Id>{10}, ends), IsEmpty());
  GenerateOptions options{.beams = 4, .returnCount = 4, .maximumLength = 10};
  options.ends = ends;
  options.noRepeatNgramSize = 0;
  options.allowedIds = [&](const TokenPrefix &prefix) {
    return trie.allowedAfter(prefix.generated, ends);
  };
  std::vector<Sequence> found = model.generate(model.encode({4, 5, 6}), options).sequences;
  EXPECT_EQ(found.size(), 4u);
  for (const Sequence &sequence : found)
    EXPECT_THAT(names, testing::Contains(
                           std::vector<Id>(sequence.ids.begin() + 1, sequence.ids.end() - 1)));
}

/// What a program in C hands in as the context of its function.
struct CAllowed {
  std::vector<Id> ids;
  std::int32_t answer = 0;
  std::vector<std::uint64_t> calls; // ids, and from where they were generated
};

std::int32_t allowInC(void *context, std::uint64_t, const std::int32_t *, std::uint64_t idCount,
                      std::uint64_t generatedFrom, const std::int32_t **allowed,
                      std::uint64_t *allowedCount) {
  auto *self = static_cast<CAllowed *>(context);
  self->calls.insert(self->calls.end(), {idCount, generatedFrom});
  *allowed = self->ids.data();
  *allowedCount = self->ids.size();
  return self->answer;
}

TEST(AllowedIdsFromC, AreAskedForWithTheirContextAndMayCancel) {
  ToyModel toy(3, 23, 2);
  const transept_runtime &runtime = transept_runtime_functions;
  transept_model *model = nullptr;
  ASSERT_EQ(runtime.open(&toy.table, nullptr, &model, nullptr), TRANSEPT_OK);
  const std::int32_t ids[] = {4, 5};
  transept_source_input input{};
  input.ids = ids;
  input.length = 2;
  transept_source *source = nullptr;
  ASSERT_EQ(runtime.encode(model, &input, 1, &source, nullptr), TRANSEPT_OK);
  CAllowed allowed;
  allowed.ids = {7};
  transept_generation_options options;
  transept_unset_generation_options(&options);
  options.beams = 1;
  options.maximum_length = 4;
  options.forced_beginning_id = 9;
  options.allowed_ids = allowInC;
  options.allowed_ids_context = &allowed;
  transept_results *results = nullptr;
  ASSERT_EQ(runtime.generate(model, &source, 1, &options, &results, nullptr), TRANSEPT_OK);
  std::uint64_t count = 0;
  const transept_sequence *sequence = runtime.view_sequences(results, 0, &count);
  EXPECT_THAT(std::span(sequence->ids, sequence->length), ElementsAre(1, 9, 7, 7));
  EXPECT_THAT(allowed.calls, ElementsAre(2u, 2u, 3u, 2u));
  runtime.release_results(results);

  char *message = nullptr;
  auto refusal = [&] {
    EXPECT_EQ(runtime.generate(model, &source, 1, &options, &results, &message),
              allowed.answer == 0 ? TRANSEPT_INVALID_ARGUMENT : TRANSEPT_CANCELLED);
    std::string text = message;
    runtime.release_message(message);
    return text;
  };
  allowed.answer = 5;
  EXPECT_EQ(refusal(), "the function allowed_ids asked to stop");
  allowed.answer = 0;
  allowed.ids.clear();
  EXPECT_THAT(refusal(), HasSubstr("allowed_ids allows no id behind 2 tokens of sources[0]"));
  runtime.release_source(source);
  runtime.close(model);
}

TEST(BiasesFromC, AreGivenCompletely) {
  ToyModel toy(3, 23, 2);
  transept_generation_options options;
  auto refusal = [&](auto set) {
    transept_unset_generation_options(&options);
    set();
    return errorOf([&] { runtime::resolveSettings(toy.table, &options); });
  };
  static constexpr std::int32_t ids[] = {7, 3};
  static constexpr std::uint64_t offsets[] = {0, 1, 2}, falling[] = {0, 2, 1};
  static constexpr float values[] = {1, 2};
  auto setAll = [&] {
    options.sequence_bias_ids = ids;
    options.sequence_bias_offsets = offsets;
    options.sequence_bias_values = values;
    options.sequence_bias_count = 2;
  };
  EXPECT_EQ(refusal(setAll), "no error");
  EXPECT_EQ(refusal([&] {
              setAll();
              options.sequence_bias_offsets = nullptr;
            }),
            "sequence_bias_ids or sequence_bias_offsets is null, but must be set together");
  EXPECT_EQ(refusal([&] {
              setAll();
              options.sequence_bias_values = nullptr;
            }),
            "sequence_bias_values is null, but must be set together with sequence_bias_ids");
  EXPECT_EQ(refusal([&] {
              setAll();
              options.sequence_bias_offsets = falling;
            }),
            "sequence_bias_offsets[2] is 1, but must be 2 or more");
  EXPECT_EQ(refusal([&] { options.exponential_decay_start = 3; }),
            "exponential_decay_start or exponential_decay_factor is unset, but must be set "
            "together");
}

} // namespace
} // namespace transept::tests

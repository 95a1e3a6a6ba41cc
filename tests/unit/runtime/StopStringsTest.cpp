// SPDX-License-Identifier: Apache-2.0
//
// Texts that end results: where they do, in every kind of search, and who says what a token's text
// is.

#include "ErrorOf.h"
#include "Random.h"
#include "ToyModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kVocabulary = 23;

/// None to three of the letters a and b.
std::string textOf(Id id) {
  static constexpr const char *parts[] = {"", "a", "b", "ab", "ba", "aab", "bb"};
  return parts[id % 7];
}

std::string textOf(std::span<const Id> ids) {
  std::string text;
  for (Id id : ids)
    text += textOf(id);
  return text;
}

/// Whether one of the stop strings ends within the last token.
bool isStopped(std::span<const Id> ids, const std::vector<std::string> &stops) {
  std::string text = textOf(ids);
  std::size_t before = text.size() - textOf(ids.back()).size();
  return std::ranges::any_of(stops, [&](const std::string &stop) {
    for (std::size_t at = text.find(stop); at != text.npos; at = text.find(stop, at + 1))
      if (at + stop.size() > before)
        return true;
    return false;
  });
}

std::vector<std::string> randomStops(Random &random) {
  std::vector<std::string> stops(std::size_t(1 + random.upTo(2)));
  for (std::string &stop : stops)
    for (int left = 2 + random.upTo(5); left > 0; --left)
      stop += random.oneIn(2) ? 'a' : 'b';
  return stops;
}

GenerateOptions randomOptions(Random &random) {
  GenerateOptions options{.maximumLength = 30};
  options.prompt = random.ids(random.upTo(3), kVocabulary);
  options.sample = random.oneIn(3);
  options.returnCount = options.sample.value() ? 1 + random.upTo(3) : 1;
  options.seed = std::uint64_t(random.upTo(1000));
  options.tokenScores = TokenScores::Processed;
  options.tokenText = [](Id id) { return textOf(id); };
  return options;
}

TEST(StopStrings, CutGreedySearchAndSamplesWhereTheyAreComplete) {
  int stopped = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    Random random(seed);
    ToyModel toy(seed, kVocabulary);
    Model model = toy.open();
    Source source = model.encode(random.ids(5, kVocabulary));
    GenerateOptions options = randomOptions(random);
    std::vector<Sequence> whole = model.generate(source, options).sequences;
    options.stopStrings = randomStops(random);
    std::vector<Sequence> cut = model.generate(source, options).sequences;
    ASSERT_EQ(cut.size(), whole.size());
    for (std::size_t rank = 0; rank != cut.size(); ++rank) {
      std::size_t length = whole[rank].ids.size() - whole[rank].tokenScores.size();
      FinishReason reason = whole[rank].finishReason;
      while (length++ != whole[rank].ids.size())
        if (isStopped(std::span(whole[rank].ids).first(length), *options.stopStrings) &&
            whole[rank].ids[length - 1] != 2) {
          reason = FinishReason::Stop;
          break;
        }
      length = std::min(length, whole[rank].ids.size());
      whole[rank].ids.resize(length);
      EXPECT_EQ(cut[rank].ids, whole[rank].ids) << "seed " << seed;
      EXPECT_EQ(cut[rank].finishReason, reason) << "seed " << seed;
      stopped += reason == FinishReason::Stop;
    }
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
  }
  EXPECT_GT(stopped, 200);
}

TEST(StopStrings, EndHypothesesOfBeamSearch) {
  int stopped = 0;
  for (unsigned seed = 0; seed < 300; ++seed) {
    Random random(seed);
    ToyModel toy(seed, kVocabulary, float(random.upTo(3)));
    Model model = toy.open();
    Source source = model.encode(random.ids(5, kVocabulary));
    GenerateOptions options = randomOptions(random);
    options.sample = random.oneIn(4);
    options.beams = 2 + random.upTo(3);
    options.returnCount = *options.beams;
    options.lengthPenalty = 0;
    options.stopStrings = randomStops(random);
    for (const Sequence &each : model.generate(source, options).sequences) {
      std::size_t prompt = each.ids.size() - each.tokenScores.size();
      bool isLast = false;
      for (std::size_t length = prompt + 1; length <= each.ids.size() && !isLast; ++length) {
        isLast = isStopped(std::span(each.ids).first(length), *options.stopStrings);
        if (isLast && each.ids[length - 1] != 2) {
          EXPECT_EQ(length, each.ids.size()) << "seed " << seed;
          EXPECT_EQ(each.finishReason, FinishReason::Stop) << "seed " << seed;
        }
      }
      stopped += each.finishReason == FinishReason::Stop;
      double sum = 0;
      for (float score : each.tokenScores)
        sum += double(score);
      if (!options.sample.value() && each.score > -1e8f) {
        EXPECT_NEAR(sum, double(each.score), 1e-3) << "seed " << seed;
      }
    }
    EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
  }
  EXPECT_GT(stopped, 300);
}

class OneStop : public testing::Test {
protected:
  /// 7 8 9 7 8 9 ...
  std::vector<Id> generate(GenerateOptions options) {
    options.maximumLength = 12;
    options.ends = std::vector<Id>{};
    options.sequenceBiases = {{{{7}, 100}, {{7, 8}, 1000}, {{8, 9}, 1000}, {{9, 7}, 1000}}};
    return model.generate(model.encode({4, 5, 6}), options).ids();
  }
  std::string error(GenerateOptions options) {
    return errorOf([&] { generate(std::move(options)); });
  }

  ToyModel toy{3, kVocabulary};
  Model model = toy.open();
  std::function<std::string(Id)> texts = [](Id id) { return "<" + std::to_string(id) + ">"; };
};

TEST_F(OneStop, MayEndWithinATokenAndBeginInThePrompt) {
  EXPECT_THAT(generate({.stopStrings = {{"8><9"}}, .tokenText = texts}), ElementsAre(1, 7, 8, 9));
  EXPECT_THAT(generate({.stopStrings = {{"1><7"}}, .tokenText = texts}), ElementsAre(1, 7));
  EXPECT_THAT(generate({.stopStrings = {{"never", "><"}}, .tokenText = texts}), ElementsAre(1, 7));
  // What the prompt has already is no news.
  EXPECT_THAT(generate({.stopStrings = {{"<1>"}}, .tokenText = texts}).size(), 12u);
}

TEST_F(OneStop, CountsThoughTheResultIsShorterThanItMayBe) {
  EXPECT_THAT(generate({.minimumLength = 10, .stopStrings = {{"<8>"}}, .tokenText = texts}),
              ElementsAre(1, 7, 8));
}

TEST_F(OneStop, MayHaveTokensOfLongTexts) {
  auto longTexts = [](Id id) { return std::string(100, 'x') + std::to_string(id); };
  EXPECT_THAT(generate({.stopStrings = {{"x9" + std::string(90, 'x')}}, .tokenText = longTexts}),
              ElementsAre(1, 7, 8, 9, 7));
}

TEST_F(OneStop, NeedsTheTextsOfTokens) {
  EXPECT_EQ(error({.stopStrings = {{"a"}}}), "the texts of tokens are needed, but toy has no "
                                             "tokenizer; set tokenText, or no stopStrings");
  EXPECT_EQ(error({.stopStrings = std::vector<std::string>{}}), "no error");
  auto failing = [](Id) -> std::string { throw Error(ErrorCode::Internal, "what it threw"); };
  EXPECT_EQ(error({.stopStrings = {{"a"}}, .tokenText = failing}), "what it threw");
  EXPECT_EQ(model.statistics().self_pages_in_use, 0u);
}

TEST_F(OneStop, IsAModelsDefaultThatACallCanTakeBack) {
  static constexpr const char *stop = "<9>";
  toy.defaults.stop_strings = &stop;
  toy.defaults.stop_string_count = 1;
  EXPECT_THAT(generate({.tokenText = texts}), ElementsAre(1, 7, 8, 9));
  EXPECT_EQ(generate({.stopStrings = std::vector<std::string>{}}).size(), 12u);
  EXPECT_THAT(error({}), HasSubstr("has no tokenizer"));
}

} // namespace
} // namespace transept::tests

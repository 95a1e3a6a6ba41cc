// SPDX-License-Identifier: Apache-2.0
//
// Labels' scores, and scores of given targets, against rows that are computed without caches.

#include "ErrorOf.h"
#include "ToyModel.h"

#include "transept/zero_shot.h"

#include <array>
#include <cmath>
#include <functional>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <numeric>

namespace transept::tests {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The toy model with a label for each of its five ids.
struct ToyClassifier : ToyModel {
  static constexpr std::array<const char *, 5> names = {"contradiction", "second", "Entailment",
                                                        "fourth", "last"};
  transept_classifier classifier{names.data(), names.size(), TRANSEPT_SCORES_SOFTMAX, 2, 1, 0};

  ToyClassifier() : ToyModel(3, 5) { table.classifier = &classifier; }
};

std::vector<float> expected(const ToyModel &toy, const std::vector<Id> &source,
                            const std::vector<Id> &target) {
  return toy.logits(source, target);
}

std::vector<float> logitsOf(const Classification &result) {
  std::vector<float> logits;
  for (const LabelScore &each : result.labels)
    logits.push_back(each.logit);
  return logits;
}

TEST(Classify, ReadsTheLabelsWhereTheSourceHasItsLastEndId) {
  ToyClassifier toy;
  Model model = toy.open();
  EXPECT_THAT(model.labels(),
              ElementsAre("contradiction", "second", "Entailment", "fourth", "last"));
  // The target is the start id 1 and the source, up to what is read at its last 2.
  EXPECT_EQ(logitsOf(model.classify(model.encode({4, 3, 2}))), expected(toy, {4, 3, 2}, {1, 4, 3}));
  EXPECT_EQ(logitsOf(model.classify(model.encode({2}))), expected(toy, {2}, {1}));
  EXPECT_EQ(logitsOf(model.classify(model.encode({4, 2, 3, 2, 0, 0}))),
            expected(toy, {4, 2, 3, 2, 0, 0}, {1, 4, 2, 3}));
  // Where there is no start id, the source's last id takes its place.
  toy.classifier.start_id = -1;
  EXPECT_EQ(logitsOf(model.classify(model.encode({4, 3, 2, 0}))),
            expected(toy, {4, 3, 2, 0}, {0, 4, 3}));
}

TEST(Classify, ASourceHasTheBitsThatItHasAlone) {
  ToyClassifier toy;
  Model model = toy.open();
  std::vector<Source> sources;
  for (int length = 1; length < 700; length += 61) {
    std::vector<Id> ids(std::size_t(length), 3);
    ids.back() = 2;
    sources.push_back(model.encode(ids));
  }
  std::vector<Classification> together = model.classifyBatch(sources);
  for (std::size_t index = 0; index < sources.size(); ++index)
    EXPECT_EQ(logitsOf(model.classify(sources[index])), logitsOf(together[index])) << index;
  EXPECT_TRUE(model.classifyBatch({}).empty());
}

TEST(Classify, ScoresAreWhatTheModelSaysTheyAre) {
  ToyClassifier toy;
  Model model = toy.open();
  Source source = model.encode({4, 3, 2});
  Classification result = model.classify(source);
  double sum = 0;
  for (float logit : logitsOf(result))
    sum += std::exp(double(logit));
  for (const LabelScore &each : result.labels) {
    EXPECT_NEAR(each.score, std::exp(double(each.logit)) / sum, 1e-6);
    EXPECT_LE(each.score, result.best().score);
  }
  toy.classifier.scores = TRANSEPT_SCORES_SIGMOID;
  for (const LabelScore &each : model.classify(source).labels)
    EXPECT_NEAR(each.score, 1 / (1 + std::exp(-double(each.logit))), 1e-6);
  toy.classifier.scores = TRANSEPT_SCORES_IDENTITY;
  for (const LabelScore &each : model.classify(source).labels)
    EXPECT_EQ(each.score, each.logit);
}

TEST(Classify, RefusesWhatHasNoAnswer) {
  ToyClassifier toy;
  Model model = toy.open();
  Source source = model.encode({4, 3, 2});
  EXPECT_THAT(errorOf([&] { model.classify(model.encode({4, 3})); }),
              HasSubstr("sources[0] has no id 2"));
  for (auto call : std::initializer_list<std::function<void()>>{
           [&] { model.generate(source); }, [&] { model.score(source, std::vector<Id>{1}); }})
    EXPECT_THAT(errorOf(call), HasSubstr("labels in place of a target vocabulary: use classify"));
  // Given targets have the logits of the labels.
  EXPECT_EQ(model.logits(source, std::vector<Id>{1, 4}).values.size(), 2u * 5);
  EXPECT_THAT(errorOf([&] {
                std::vector<Id> ids(2001, 3);
                ids.back() = 2;
                model.classify(model.encode(ids));
              }),
              HasSubstr("sources[0] has 2001 tokens, but must have at most 2000"));
  ToyModel plain;
  Model other = plain.open();
  EXPECT_TRUE(other.labels().empty());
  EXPECT_THAT(errorOf([&] { other.classify(other.encode({4, 3, 2})); }),
              HasSubstr("no labels to score"));
}

TEST(ZeroShot, NeedsALabelOfEntailmentAndAPlaceForTheLabel) {
  ToyClassifier toy;
  Model model = toy.open();
  std::vector<std::string> topics = {"sport"}, none;
  EXPECT_EQ(errorOf([&] { checkZeroShot(model, topics, {}); }), "no error");
  EXPECT_EQ(errorOf([&] { checkZeroShot(model, topics, {.areIndependent = true}); }), "no error");
  EXPECT_THAT(errorOf([&] { checkZeroShot(model, none, {}); }), HasSubstr("labels has 0"));
  EXPECT_THAT(errorOf([&] { checkZeroShot(model, topics, {.hypothesis = "no place"}); }),
              HasSubstr("must have {}"));
  ToyModel plain;
  Model other = plain.open();
  EXPECT_THAT(errorOf([&] { checkZeroShot(other, topics, {}); }), HasSubstr("\"entail\""));
}

TEST(Score, IsTheLogProbabilityOfEachIdBehindThoseBefore) {
  ToyModel toy;
  Model model = toy.open();
  std::vector<Id> ids = {4, 3, 2}, target = {1, 20, 3, 3, 0, 2};
  std::vector<float> scores = model.score(model.encode(ids), target);
  ASSERT_EQ(scores.size(), target.size());
  EXPECT_EQ(scores.front(), 0);
  for (std::size_t at = 1; at < target.size(); ++at) {
    std::vector<float> logits = toy.logits(ids, std::span(target).first(at));
    double sum = 0;
    for (float logit : logits)
      sum += std::exp(double(logit));
    EXPECT_NEAR(scores[at], double(logits[std::size_t(target[at])]) - std::log(sum), 2e-5) << at;
  }
}

TEST(Score, DoesNotDependOnTheBatchAndSumsUpToTheScoreOfASearch) {
  ToyModel toy;
  Model model = toy.open();
  std::vector<Source> sources;
  std::vector<std::vector<Id>> targets;
  for (int length = 1; length < 1200; length += 173) {
    sources.push_back(model.encode({length % 23, 5}));
    targets.emplace_back(std::size_t(length), length % 23);
  }
  std::vector<std::vector<float>> together = model.scoreBatch(sources, targets);
  for (std::size_t index = 0; index < sources.size(); ++index)
    EXPECT_EQ(model.score(sources[index], targets[index]), together[index]) << index;
  Generation best = model.generate(sources[0], {.maximumLength = 9});
  std::vector<float> scores = model.score(sources[0], best.ids());
  EXPECT_NEAR(std::accumulate(scores.begin(), scores.end(), 0.0), best.sequences[0].score, 1e-4);
  EXPECT_THAT(errorOf([&] { model.score(sources[0], std::vector<Id>{1, 23}); }),
              HasSubstr("targets[0][1] is 23"));
  EXPECT_THAT(errorOf([&] { model.score(sources[0], std::vector<Id>{}); }), HasSubstr("0 tokens"));
}

} // namespace
} // namespace transept::tests

// SPDX-License-Identifier: Apache-2.0
//
// Scores of single tokens against rows that are processed the dense way, along each result.

#include "ErrorOf.h"
#include "Random.h"
#include "ReferenceSearch.h"

#include <cmath>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

float logSumExp(const std::vector<float> &scores) {
  float best = *std::max_element(scores.begin(), scores.end());
  if (best == -INFINITY)
    return best;
  double sum = 0;
  for (float score : scores)
    sum += std::exp(double(score) - double(best));
  return float(double(best) + std::log(sum));
}

/// Row by row what transformers' compute_transition_scores reads.
std::vector<float> denseScores(const ToyModel &toy, const Source &source, const Sequence &sequence,
                               const ReferenceOptions &options, bool normalizes) {
  std::vector<Id> given(source.ids().begin(), source.ids().end());
  std::vector<float> result;
  for (std::size_t length = options.prompt.size(); length < sequence.ids.size(); ++length) {
    std::vector<Id> prefix(sequence.ids.begin(), sequence.ids.begin() + std::ptrdiff_t(length));
    std::vector<float> scores = toy.logits(given, prefix);
    float shift = options.beams == 1 ? 0 : logSumExp(scores);
    for (float &score : scores)
      score -= shift;
    processScores(scores, prefix, given, options, options.maximumLength);
    float total = logSumExp(scores), score = scores[std::size_t(sequence.ids[length])];
    bool isImpossible = score == -INFINITY;
    result.push_back(isImpossible || !(normalizes || options.renormalize) ? score : score - total);
  }
  return result;
}

void expectNear(const std::vector<float> &actual, const std::vector<float> &expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (std::size_t at = 0; at < actual.size(); ++at)
    if (actual[at] != expected[at]) {
      EXPECT_NEAR(actual[at], expected[at], 2e-5 * std::max(1.0f, std::fabs(expected[at]))) << at;
    }
}

ReferenceOptions randomOptions(Random &random, int vocabulary) {
  ReferenceOptions options;
  options.beams = random.oneIn(2) ? 1 : 2 + random.upTo(3);
  options.returnCount = 1 + random.upTo(options.beams - 1);
  options.maximumLength = 2 + random.upTo(12);
  if (random.oneIn(2))
    options.minimumLength = random.upTo(options.maximumLength);
  if (random.oneIn(3))
    options.repetitionPenalty = random.oneIn(2) ? 1.5f : 0.7f;
  if (random.oneIn(3))
    options.noRepeatNgramSize = 1 + random.upTo(1);
  options.renormalize = random.oneIn(4);
  if (random.oneIn(4))
    options.forcedBeginning = random.upTo(vocabulary - 1);
  if (random.oneIn(4))
    options.forcedEnd = 2;
  if (random.oneIn(2)) // often most of all probability
    options.suppressed = random.ids(1 + random.upTo(vocabulary / 2), vocabulary);
  return options;
}

TEST(TokenScores, EqualDenseRowsOverRandomOptions) {
  for (unsigned seed = 0; seed < 400; ++seed) {
    Random random(seed);
    int vocabulary = random.oneIn(2) ? 23 : 97;
    ToyModel toy(seed, std::uint32_t(vocabulary), float(random.upTo(8)));
    Model model = toy.open();
    ReferenceOptions options = randomOptions(random, vocabulary);
    Source source = model.encode(random.ids(1 + random.upTo(20), vocabulary));
    SCOPED_TRACE("seed " + std::to_string(seed) + ": " + options.describe());
    GenerateOptions asked = options.forRuntime();
    Generation plain = model.generate(source, asked);
    for (TokenScores kind : {TokenScores::Processed, TokenScores::Normalized}) {
      asked.tokenScores = kind;
      Generation scored = model.generate(source, asked);
      for (std::size_t rank = 0; rank < plain.sequences.size(); ++rank) {
        const Sequence &sequence = scored.sequences[rank];
        EXPECT_EQ(sequence.ids, plain.sequences[rank].ids);
        EXPECT_EQ(sequence.score, plain.sequences[rank].score);
        EXPECT_THAT(plain.sequences[rank].tokenScores, IsEmpty());
        if (sequence.score == -INFINITY)
          continue; // its tokens have no meaning
        expectNear(sequence.tokenScores,
                   denseScores(toy, source, sequence, options, kind == TokenScores::Normalized));
      }
    }
    if (HasFailure())
      return;
  }
}

TEST(TokenScores, OfBeamsSumUpToTheirScores) {
  ToyModel toy(5, 40, 3);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  GenerateOptions options{
      .beams = 4, .returnCount = 4, .lengthPenalty = 0.6f, .tokenScores = TokenScores::Processed};
  for (const Sequence &sequence : model.generate(source, options).sequences) {
    double sum = 0;
    for (float score : sequence.tokenScores)
      sum += score;
    auto length = double(sequence.tokenScores.size());
    EXPECT_EQ(sequence.tokenScores.size(), sequence.ids.size() - 1);
    EXPECT_NEAR(sequence.score, sum / std::pow(length, 0.6), 1e-5);
  }
}

TEST(TokenScores, OfSamplesAreWhatTheyWereDrawnBy) {
  ToyModel toy(5, 40, 3);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  GenerateOptions options{.returnCount = 8,
                          .sample = true,
                          .temperature = 0.5f,
                          .topK = 4,
                          .tokenScores = TokenScores::Normalized};
  for (const Sequence &sequence : model.generate(source, options).sequences) {
    double sum = 0;
    for (float score : sequence.tokenScores)
      sum += score;
    EXPECT_NEAR(sequence.score, sum, 1e-5);
  }
  options.tokenScores = TokenScores::Processed;
  Sequence first = model.generate(source, options).best();
  std::vector<float> logits = toy.logits(source.ids(), std::vector<Id>{1});
  EXPECT_NEAR(first.tokenScores[0], logits[std::size_t(first.ids[1])] / 0.5f, 1e-5);
}

TEST(TokenScores, OfDrawnBeamsAreAmongWhatCouldBeDrawn) {
  ToyModel toy(5, 40, 3);
  Model model = toy.open();
  Source source = model.encode({4, 5, 6});
  std::vector<float> scores = toy.logits(source.ids(), std::vector<Id>{1});
  const float whole = logSumExp(scores);
  for (float &score : scores)
    score = (score - whole) / 0.5f;
  std::vector<float> kept = scores;
  std::sort(kept.rbegin(), kept.rend());
  kept.resize(4);
  for (bool renormalize : {false, true})
    for (TokenScores kind : {TokenScores::Processed, TokenScores::Normalized}) {
      GenerateOptions options{.beams = 3,
                              .sample = true,
                              .temperature = 0.5f,
                              .topK = 4,
                              .renormalize = renormalize,
                              .tokenScores = kind};
      Sequence best = model.generate(source, options).best();
      float shift = renormalize || kind == TokenScores::Normalized ? logSumExp(kept) : 0;
      EXPECT_NEAR(best.tokenScores[0], scores[std::size_t(best.ids[1])] - shift, 1e-5)
          << renormalize << " " << int(kind);
    }
}

TEST(TokenScores, AreTheSameBesideOthersThatNeedWholeRows) {
  ToyModel toy(7, 40, 2);
  Model model = toy.open({.threads = 2});
  std::vector<Source> sources = model.encodeBatch({{4, 5}, {6}, {7, 8, 9}});
  GenerateOptions options{.beams = 3,
                          .noRepeatNgramSize = 2,
                          .suppressed = std::vector<Id>{3, 4, 5, 6, 7},
                          .tokenScores = TokenScores::Normalized};
  std::vector<Generation> together = model.generateBatch(sources, options);
  for (std::size_t source = 0; source < sources.size(); ++source)
    EXPECT_EQ(model.generate(sources[source], options).best().tokenScores,
              together[source].best().tokenScores);
}

TEST(TokenScores, OfAnUnknownKindAreRefused) {
  ToyModel toy(1);
  Model model = toy.open();
  EXPECT_EQ(errorOf([&] {
              model.generate(model.encode({4}), {.tokenScores = static_cast<TokenScores>(3)});
            }),
            "tokenScores is 3, but must be 0 (none), 1 (processed) or 2 (normalized)");
}

} // namespace
} // namespace transept::tests

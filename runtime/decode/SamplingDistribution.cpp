// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, generation/logits_process.py, in the order of _get_logits_warper. What
// is sorted there is a heap here: mostly few tokens are taken from it.

#include "runtime/decode/SamplingDistribution.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {
namespace {

/// Whether a cut is one that Hugging Face makes.
bool isCutoff(float value) {
  return value > 0 && value < 1;
}

} // namespace

void SamplingDistribution::assign(std::span<const Candidate> candidates) {
  tokens.clear();
  for (const Candidate &candidate : candidates)
    tokens.push_back({candidate.id, candidate.score / settings.temperature, 0});
  if (settings.topK != 0)
    keepBest();
  normalize();
  if (!std::isfinite(logTotal))
    fail(ErrorCode::Internal, "the model's scores are not finite; are its weights damaged?");
  if (settings.topP < 1)
    keepNucleus();
  if (settings.minP > 0)
    keepLikely(double(settings.minP) * greatest);
  if (settings.typicalP < 1)
    keepTypical();
  if (isCutoff(settings.epsilonCutoff))
    keepLikely(settings.epsilonCutoff);
  if (isCutoff(settings.etaCutoff)) {
    double eta = settings.etaCutoff;
    keepLikely(std::min(eta, std::sqrt(eta) * std::exp(-entropy())));
  }
  auto byId = [](const Token &left, const Token &right) { return left.id < right.id; };
  if (!std::is_sorted(tokens.begin(), tokens.end(), byId))
    std::sort(tokens.begin(), tokens.end(), byId);
}

DrawnToken SamplingDistribution::draw(double uniform) const {
  double below = 0;
  const Token *drawn = nullptr;
  for (const Token &token : tokens) {
    // Where rounding leaves the last share short of 1, the last one that has a share gets the rest.
    if (token.probability > 0 || !drawn)
      drawn = &token;
    below += token.probability;
    if (uniform < below)
      break;
  }
  return {drawn->id, drawn->score, double(drawn->score) - logTotal};
}

void SamplingDistribution::normalize() {
  float best = -INFINITY;
  for (const Token &token : tokens)
    best = std::max(best, token.score);
  double total = 0;
  for (Token &token : tokens) {
    token.probability = std::exp(double(token.score) - double(best));
    total += token.probability;
  }
  for (Token &token : tokens)
    token.probability /= total;
  greatest = 1 / total;
  logTotal = double(best) + std::log(total);
}

/// The score of the token of this rank, from 1 to as many as there are.
float SamplingDistribution::bestScore(std::size_t rank) {
  scores.clear();
  for (const Token &token : tokens)
    scores.push_back(token.score);
  auto last = scores.begin() + std::ptrdiff_t(rank - 1);
  std::nth_element(scores.begin(), last, scores.end(), std::greater<>());
  return *last;
}

/// Equal scores at the border all stay.
void SamplingDistribution::keepBest() {
  std::size_t count = std::max(std::size_t(settings.topK), least());
  if (count >= tokens.size())
    return;
  std::erase_if(tokens,
                [worst = bestScore(count)](const Token &token) { return token.score < worst; });
}

void SamplingDistribution::keepNucleus() {
  auto isWorse = [](const Token &left, const Token &right) {
    return left.score != right.score ? left.score < right.score : left.id > right.id;
  };
  auto rest = tokens.end();
  std::make_heap(tokens.begin(), rest, isWorse);
  double above = 0;
  do {
    std::pop_heap(tokens.begin(), rest--, isWorse);
    above += rest->probability;
  } while (rest != tokens.begin() &&
           (above < double(settings.topP) || std::size_t(tokens.end() - rest) < least()));
  tokens.erase(tokens.begin(), rest);
  normalize();
}

void SamplingDistribution::keepTypical() {
  const double expected = entropy();
  auto distance = [&](const Token &token) {
    return std::abs(logTotal - double(token.score) - expected);
  };
  auto isFarther = [&](const Token &left, const Token &right) {
    double leftDistance = distance(left), rightDistance = distance(right);
    return leftDistance != rightDistance ? leftDistance > rightDistance : left.id > right.id;
  };
  auto rest = tokens.end();
  std::make_heap(tokens.begin(), rest, isFarther);
  double together = 0, last = 0;
  // Equally far ones stay together.
  while (rest != tokens.begin() &&
         (std::size_t(tokens.end() - rest) < least() || together < double(settings.typicalP) ||
          distance(tokens.front()) == last)) {
    std::pop_heap(tokens.begin(), rest--, isFarther);
    together += rest->probability;
    last = distance(*rest);
  }
  tokens.erase(tokens.begin(), rest);
  normalize();
}

/// The likeliest tokens stay in any case.
void SamplingDistribution::keepLikely(double leastProbability) {
  float stays = bestScore(std::min(least(), tokens.size()));
  std::erase_if(tokens, [&](const Token &token) {
    return token.probability < leastProbability && token.score < stays;
  });
  normalize();
}

double SamplingDistribution::entropy() const {
  double sum = 0;
  for (const Token &token : tokens)
    if (token.probability > 0)
      sum += token.probability * (logTotal - double(token.score));
  return sum;
}

} // namespace transept::runtime

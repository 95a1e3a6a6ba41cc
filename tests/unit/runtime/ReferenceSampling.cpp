// SPDX-License-Identifier: Apache-2.0
//
// Sorts whole rows, as the original does. Names follow transformers 4.44.

#include "ReferenceSampling.h"

#include "runtime/decode/Philox.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <sstream>

namespace transept::tests {
namespace {

using Scores = std::vector<float>;
using Numbers = std::vector<double>;

Numbers softmax(const Scores &scores) {
  double best = *std::max_element(scores.begin(), scores.end()), sum = 0;
  Numbers result;
  for (float score : scores)
    sum += result.emplace_back(std::exp(double(score) - best));
  for (double &probability : result)
    probability /= sum;
  return result;
}

/// The ids in the order of rising keys.
std::vector<std::size_t> argsort(const Numbers &keys) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t left, std::size_t right) { return keys[left] < keys[right]; });
  return order;
}

double entropyOf(const Numbers &probabilities) {
  double entropy = 0;
  for (double probability : probabilities)
    entropy -= probability > 0 ? probability * std::log(probability) : 0;
  return entropy;
}

void cutTail(Scores &scores, double topP) {
  Numbers probabilities = softmax(scores);
  double cumulative = 0;
  std::vector<std::size_t> order = argsort(probabilities);
  for (std::size_t rank = 0; rank + 1 < order.size(); ++rank) {
    cumulative += probabilities[order[rank]];
    if (cumulative <= 1 - topP)
      scores[order[rank]] = -INFINITY;
  }
}

void cutUntypical(Scores &scores, double mass) {
  Numbers probabilities = softmax(scores), shifted;
  double entropy = entropyOf(probabilities);
  for (double probability : probabilities)
    shifted.push_back(std::abs(-std::log(probability) - entropy));
  std::vector<std::size_t> order = argsort(shifted);
  std::size_t last = 0;
  for (double cumulative = 0; last < order.size(); ++last) {
    cumulative += probabilities[order[last]];
    if (cumulative >= mass)
      break;
  }
  double border = shifted[order[std::min(last, order.size() - 1)]];
  for (std::size_t rank = 1; rank < order.size(); ++rank)
    if (shifted[order[rank]] > border)
      scores[order[rank]] = -INFINITY;
}

/// Of what is less probable than `least` only the likeliest stays.
void cutBelow(Scores &scores, double least) {
  Numbers probabilities = softmax(scores);
  float best = *std::max_element(scores.begin(), scores.end());
  for (std::size_t id = 0; id < scores.size(); ++id)
    if (probabilities[id] < least && scores[id] < best)
      scores[id] = -INFINITY;
}

} // namespace

std::vector<double> warp(Scores scores, const ReferenceWarpers &warpers) {
  for (float &score : scores)
    score /= warpers.temperature;
  if (warpers.topK != 0) {
    Scores sorted = scores;
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    float border = sorted[std::min(std::size_t(warpers.topK), sorted.size()) - 1];
    for (float &score : scores)
      score = score < border ? -INFINITY : score;
  }
  if (warpers.topP < 1)
    cutTail(scores, double(warpers.topP));
  Numbers probabilities = softmax(scores);
  cutBelow(scores,
           double(warpers.minP) * *std::max_element(probabilities.begin(), probabilities.end()));
  if (warpers.typicalP < 1)
    cutUntypical(scores, double(warpers.typicalP));
  if (warpers.epsilonCutoff > 0 && warpers.epsilonCutoff < 1)
    cutBelow(scores, double(warpers.epsilonCutoff));
  if (double eta = double(warpers.etaCutoff); eta > 0 && eta < 1)
    cutBelow(scores, std::min(eta, std::sqrt(eta) * std::exp(-entropyOf(softmax(scores)))));
  return softmax(scores);
}

std::vector<Sequence> referenceSampling(const ToyModel &model, std::span<const Id> sourceIds,
                                        const ReferenceOptions &options,
                                        const ReferenceWarpers &warpers, std::uint64_t number) {
  std::vector<Id> source(sourceIds.begin(), sourceIds.end());
  int maximumLength = options.maximumNewTokens >= 0
                          ? int(options.prompt.size()) + options.maximumNewTokens
                          : options.maximumLength;
  std::vector<Sequence> result;
  for (int sample = 0; sample < options.returnCount; ++sample) {
    Sequence sequence{options.prompt};
    double sum = 0;
    while (int(sequence.ids.size()) < maximumLength &&
           sequence.finishReason == FinishReason::Length) {
      Scores scores = model.logits(source, sequence.ids);
      processScores(scores, sequence.ids, source, options, maximumLength);
      if (*std::max_element(scores.begin(), scores.end()) == -INFINITY)
        throw Error(ErrorCode::InvalidArgument, "there is no token to draw");
      Numbers probabilities = warp(scores, warpers);
      double uniform = runtime::uniformAt(
          {warpers.seed, number, std::uint32_t(sample), std::uint32_t(sequence.ids.size())});
      std::size_t id = 0;
      for (double below = probabilities[0]; uniform >= below && id + 1 < scores.size();
           below += probabilities[id])
        ++id;
      sum += std::log(probabilities[id]);
      sequence.ids.push_back(Id(id));
      if (std::count(options.ends.begin(), options.ends.end(), Id(id)) != 0)
        sequence.finishReason = FinishReason::End;
    }
    sequence.score = float(sum);
    result.push_back(sequence);
  }
  return result;
}

void ReferenceWarpers::applyTo(GenerateOptions &options) const {
  options.sample = true;
  options.temperature = temperature;
  options.topK = topK;
  options.topP = topP;
  options.minP = minP;
  options.typicalP = typicalP;
  options.epsilonCutoff = epsilonCutoff;
  options.etaCutoff = etaCutoff;
  options.seed = seed;
}

std::string ReferenceWarpers::describe() const {
  std::ostringstream text;
  text << " temperature " << temperature << " topK " << topK << " topP " << topP << " minP " << minP
       << " typicalP " << typicalP << " epsilon " << epsilonCutoff << " eta " << etaCutoff
       << " seed " << seed;
  return text.str();
}

} // namespace transept::tests

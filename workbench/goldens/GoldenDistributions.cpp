// SPDX-License-Identifier: Apache-2.0
//
// Scores show the distribution exactly, whatever is drawn, because they are normalized over the
// tokens that are kept; frequencies show that it is the one that tokens come from.

#include "workbench/goldens/GoldenDistributions.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace transept::workbench {

namespace {

constexpr int kDraws = 1024; // as many results as a call may return
constexpr size_t kLargestEnumeration = 16;

/// Pearson's statistic of how often the tokens were drawn; those expected fewer than five times
/// are counted together.
struct ChiSquare {
  double value = 0;
  int freedom = -1;

  void add(double expected, double drawn) {
    value += (drawn - expected) * (drawn - expected) / expected;
    ++freedom;
  }

  /// Exceeded once in a million times by chance: of Laurent and Massart's bound (Annals of
  /// Statistics 28, 2000, lemma 1).
  double limit() const {
    const double rarity = std::log(1e6);
    return freedom + 2 * std::sqrt(freedom * rarity) + 2 * rarity;
  }
};

ChiSquare compareFrequencies(std::span<const float> logProbabilities, std::span<const int> drawn) {
  ChiSquare statistic;
  double rareExpected = 0, rareDrawn = 0;
  for (size_t id = 0; id < drawn.size(); ++id) {
    double expected = kDraws * std::exp(double(logProbabilities[id]));
    if (expected >= 5) {
      statistic.add(expected, drawn[id]);
    } else {
      rareExpected += expected;
      rareDrawn += drawn[id];
    }
  }
  if (rareExpected > 0)
    statistic.add(rareExpected, rareDrawn);
  return statistic;
}

/// All that a least length can do to one token is to keep the end away; more would be refused.
GenerateOptions oneToken(const GenerateOptions &options) {
  GenerateOptions result = options;
  size_t given = options.prompts.empty() ? options.prompt.size() : options.prompts.front().size();
  if (result.minimumLength && size_t(*result.minimumLength) > given) {
    result.minimumLength.reset();
    result.minimumNewTokens = 1;
  }
  return result;
}

/// How likely each token is the best of `draws` that are drawn without replacement.
std::vector<double> bestOfDraws(std::span<const float> logProbabilities, size_t draws) {
  std::vector<size_t> kept;
  for (size_t id = 0; id < logProbabilities.size(); ++id)
    if (logProbabilities[id] != -INFINITY)
      kept.push_back(id);
  auto best = [&](size_t left, size_t right) {
    return logProbabilities[kept[left]] < logProbabilities[kept[right]];
  };
  std::vector<double> result(logProbabilities.size());
  std::vector<size_t> order(kept.size());
  std::iota(order.begin(), order.end(), size_t(0));
  if (draws >= kept.size()) {
    result[kept[*std::ranges::max_element(order, best)]] = 1;
    return result;
  }
  if (kept.size() > kLargestEnumeration)
    throw InputError(fmt::format("{} tokens are kept, but {} are the most that can be enumerated",
                                 kept.size(), kLargestEnumeration));
  std::vector<double> reached(size_t(1) << kept.size()); // by the set that is drawn
  reached[0] = 1;
  for (size_t set = 0; set < reached.size(); ++set) {
    double left = 0;
    for (size_t index : order)
      left += (set >> index & 1) != 0 ? 0 : std::exp(double(logProbabilities[kept[index]]));
    if (size_t(std::popcount(set)) == draws) {
      std::vector<size_t> drawn;
      std::ranges::copy_if(order, std::back_inserter(drawn),
                           [&](size_t index) { return (set >> index & 1) != 0; });
      result[kept[*std::ranges::max_element(drawn, best)]] += reached[set];
      continue;
    }
    for (size_t index : order)
      if ((set >> index & 1) == 0)
        reached[set | size_t(1) << index] +=
            reached[set] * std::exp(double(logProbabilities[kept[index]])) / left;
  }
  return result;
}

/// The token that a sequence ends with. Beam search writes the first end id for all.
size_t lastToken(const Sequence &sequence, const GenerateOptions &options,
                 std::span<const float> logProbabilities) {
  if (sequence.finishReason != FinishReason::End || !options.ends)
    return size_t(sequence.ids.back());
  auto distance = [&](Id id) {
    return std::fabs(logProbabilities[size_t(id)] - sequence.tokenScores.back());
  };
  return size_t(*std::ranges::min_element(
      *options.ends, [&](Id left, Id right) { return distance(left) < distance(right); }));
}

} // namespace

void checkBeamDistribution(const Model &model, const std::vector<Source> &sources,
                           const GenerateOptions &options, const FloatTensor &logProbabilities,
                           const Tolerances &tolerances, CaseResult &result) {
  size_t vocabulary = model.targetVocabularySize(), beams = size_t(options.beams.value_or(1));
  if (logProbabilities.values.size() != sources.size() * beams * vocabulary)
    throw InputError(fmt::format("logprobs has {} numbers, but {} sources, {} beams and {} tokens "
                                 "need {}",
                                 logProbabilities.values.size(), sources.size(), beams, vocabulary,
                                 sources.size() * beams * vocabulary));
  GenerateOptions drawing = oneToken(options);
  drawing.returnCount = int(beams);
  drawing.tokenScores = TokenScores::Normalized;
  size_t draws = beams * std::max<size_t>(2, 1 + (options.ends ? options.ends->size() : 1));
  std::vector<float> expected, actual;
  for (size_t row = 0; row < sources.size(); ++row) {
    // All beams are equal here.
    auto ofRow = std::span(logProbabilities.values).subspan(row * beams * vocabulary, vocabulary);
    std::vector<Source> copies(kDraws, sources[row]);
    drawing.sourceNumbers.resize(copies.size());
    std::iota(drawing.sourceNumbers.begin(), drawing.sourceNumbers.end(), row * copies.size());
    if (!options.prompts.empty())
      drawing.prompts.assign(copies.size(), options.prompts[row]);
    std::vector<int> drawn(vocabulary);
    for (const Generation &generation : model.generateBatch(copies, drawing)) {
      ++drawn[lastToken(generation.best(), options, ofRow)];
      for (const Sequence &sequence : generation.sequences) {
        expected.push_back(ofRow[lastToken(sequence, options, ofRow)]);
        actual.push_back(sequence.tokenScores.back());
      }
    }
    std::vector<float> ofBest;
    for (double probability : bestOfDraws(ofRow, draws))
      ofBest.push_back(float(std::log(probability)));
    ChiSquare statistic = compareFrequencies(ofBest, drawn);
    if (statistic.value > statistic.limit() && result.failure.empty())
      result.failure = fmt::format("row {} draws beams too unevenly: chi-square {:.1f} of {} "
                                   "degrees of freedom, allowed {:.1f}",
                                   row, statistic.value, statistic.freedom, statistic.limit());
  }
  Comparison comparison = compareTensors("logprobs", expected, actual, tolerances.targetOutputs);
  comparison.tolerance = std::max(comparison.tolerance, tolerances.targetOutputs);
  result.comparisons.push_back(comparison);
}

void checkDistribution(const Model &model, const std::vector<Source> &sources,
                       const GenerateOptions &options, const FloatTensor &logProbabilities,
                       const Tolerances &tolerances, CaseResult &result) {
  size_t vocabulary = model.targetVocabularySize();
  if (logProbabilities.values.size() != sources.size() * vocabulary)
    throw InputError(fmt::format("logprobs has {} numbers, but {} sources and {} tokens need {}",
                                 logProbabilities.values.size(), sources.size(), vocabulary,
                                 sources.size() * vocabulary));
  GenerateOptions drawing = oneToken(options);
  drawing.returnCount = kDraws;
  std::vector<Generation> generations = model.generateBatch(sources, drawing);
  std::vector<float> expected, actual;
  for (size_t row = 0; row < sources.size(); ++row) {
    auto ofRow = std::span(logProbabilities.values).subspan(row * vocabulary, vocabulary);
    std::vector<int> drawn(vocabulary);
    for (const Sequence &sequence : generations[row].sequences) {
      auto id = size_t(sequence.ids.back());
      if (ofRow[id] == -INFINITY && result.failure.empty())
        result.failure = fmt::format("row {} draws token {}, which is cut", row, id);
      ++drawn[id];
      expected.push_back(ofRow[id]);
      actual.push_back(sequence.score);
    }
    ChiSquare statistic = compareFrequencies(ofRow, drawn);
    if (statistic.value > statistic.limit() && result.failure.empty())
      result.failure = fmt::format("row {} draws tokens too unevenly: chi-square {:.1f} of {} "
                                   "degrees of freedom, allowed {:.1f}",
                                   row, statistic.value, statistic.freedom, statistic.limit());
  }
  Comparison comparison = compareTensors("logprobs", expected, actual, tolerances.targetOutputs);
  comparison.tolerance = std::max(comparison.tolerance, tolerances.targetOutputs);
  result.comparisons.push_back(comparison);
}

} // namespace transept::workbench

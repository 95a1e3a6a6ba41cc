// SPDX-License-Identifier: Apache-2.0
//
// Scores show the distribution exactly, whatever is drawn, because they are normalized over the
// tokens that are kept; frequencies show that it is the one that tokens come from.

#include "workbench/goldens/GoldenDistributions.h"
#include "base/Error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace transept::workbench {

namespace {

constexpr int kDraws = 1024; // as many results as a call may return

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

} // namespace

void checkDistribution(const Model &model, const std::vector<Source> &sources,
                       const GenerateOptions &options, const FloatTensor &logProbabilities,
                       const Tolerances &tolerances, CaseResult &result) {
  size_t vocabulary = model.targetVocabularySize();
  if (logProbabilities.values.size() != sources.size() * vocabulary)
    throw InputError(fmt::format("logprobs has {} numbers, but {} sources and {} tokens need {}",
                                 logProbabilities.values.size(), sources.size(), vocabulary,
                                 sources.size() * vocabulary));
  GenerateOptions drawing = options;
  drawing.returnCount = kDraws;
  // All that a least length can do to one token is to keep the end away; more would be refused.
  size_t given = options.prompts.empty() ? options.prompt.size() : options.prompts.front().size();
  if (drawing.minimumLength && size_t(*drawing.minimumLength) > given) {
    drawing.minimumLength.reset();
    drawing.minimumNewTokens = 1;
  }
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

// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, generation/beam_search.py, BeamHypotheses.

#include "runtime/decode/BeamHypotheses.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

double BeamHypotheses::normalized(double sum, std::int64_t generatedLength) const {
  return sum / std::pow(double(generatedLength), double(settings.lengthPenalty));
}

void BeamHypotheses::add(const FinishedBeam &beam, std::int64_t generatedLength) {
  double score = normalized(beam.sum, generatedLength);
  auto capacity = std::size_t(settings.hypothesesOfGroup());
  if (kept.size() >= capacity && !(score > worst))
    return;
  kept.push_back({score,
                  {beam.ids.begin(), beam.ids.end()},
                  beam.reason,
                  {beam.tokenScores.begin(), beam.tokenScores.end()}});
  if (beam.reason == TRANSEPT_FINISH_STOP)
    kept.back().ids.push_back(beam.lastId);
  if (beam.reason && settings.keepsTokenScores())
    kept.back().tokenScores.push_back(beam.lastScore);
  if (kept.size() <= capacity) {
    worst = std::min(score, worst);
    return;
  }
  auto byScore = [](const Hypothesis &left, const Hypothesis &right) {
    return left.score < right.score;
  };
  kept.erase(std::min_element(kept.begin(), kept.end(), byScore)); // the first among equals
  worst = std::min_element(kept.begin(), kept.end(), byScore)->score;
}

bool BeamHypotheses::isDone(double bestSum, std::int64_t generatedLength,
                            std::int64_t maximumGenerated) const {
  if (std::int64_t(kept.size()) < settings.hypothesesOfGroup())
    return false;
  if (settings.earlyStopping == TRANSEPT_EARLY_STOPPING_TRUE)
    return true;
  // "never": the best that any later length could give; false: Hugging Face's heuristic.
  bool isNever = settings.earlyStopping == TRANSEPT_EARLY_STOPPING_NEVER;
  std::int64_t length = isNever && settings.lengthPenalty > 0 ? maximumGenerated : generatedLength;
  return worst >= normalized(bestSum, length);
}

std::vector<Hypothesis> takeBest(std::vector<Hypothesis> hypotheses, std::int64_t count) {
  std::stable_sort(
      hypotheses.begin(), hypotheses.end(),
      [](const Hypothesis &left, const Hypothesis &right) { return left.score < right.score; });
  std::reverse(hypotheses.begin(), hypotheses.end());
  hypotheses.resize(std::min(hypotheses.size(), std::size_t(count)));
  return hypotheses;
}

} // namespace transept::runtime

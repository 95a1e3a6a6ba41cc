// SPDX-License-Identifier: Apache-2.0
//
// The finished hypotheses of one source and the question whether a better one can still come.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMHYPOTHESES_H
#define TRANSEPT_RUNTIME_DECODE_BEAMHYPOTHESES_H

#include "runtime/decode/GenerationSettings.h"

#include <span>

namespace transept::runtime {

struct Hypothesis {
  double score; // sum of log-probabilities / generated length ** length penalty
  std::vector<std::int32_t> ids;
  bool hasEnded; // an end id followed; it is not among the ids
};

/// Keeps the best `beams` hypotheses, as transformers' BeamHypotheses does, in double precision
/// like Python's numbers.
class BeamHypotheses {
public:
  /// `settings` must outlive the object.
  explicit BeamHypotheses(const GenerationSettings &settings) : settings(settings) {}

  /// Adds a hypothesis with this sum of log-probabilities if it is among the best.
  void add(std::span<const std::int32_t> ids, double sum, std::int64_t generatedLength,
           bool hasEnded);
  /// Whether the search may stop, given the best sum of this step; lengths without the prompt.
  bool isDone(double bestSum, std::int64_t generatedLength, std::int64_t maximumGenerated) const;

  /// The best `count`, best first; of equal scores the one added later.
  std::vector<Hypothesis> takeBest(std::int64_t count);

private:
  double normalized(double sum, std::int64_t generatedLength) const;

  const GenerationSettings &settings;
  std::vector<Hypothesis> kept;
  double worst = 1e9;
};

} // namespace transept::runtime

#endif

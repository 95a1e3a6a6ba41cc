// SPDX-License-Identifier: Apache-2.0
//
// The finished hypotheses of a group of beams and the question whether a better one can still come.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMHYPOTHESES_H
#define TRANSEPT_RUNTIME_DECODE_BEAMHYPOTHESES_H

#include "runtime/decode/GenerationSettings.h"

#include <optional>
#include <span>

namespace transept::runtime {

struct Hypothesis {
  double score; // sum of log-probabilities / generated length ** length penalty
  std::vector<std::int32_t> ids;
  /// Why it is finished; nothing where it is not. An end id is not among the ids, the one that a
  /// stop string ended in is.
  std::optional<std::uint32_t> reason;
  std::vector<float> tokenScores = {}; // the end id's is among them

  bool hasEnded() const { return reason == TRANSEPT_FINISH_END; }
};

/// What becomes a hypothesis.
struct FinishedBeam {
  std::span<const std::int32_t> ids;
  double sum; // of log-probabilities
  std::span<const float> tokenScores;
  /// Where it is finished: why, by which id behind the others, and that one's score.
  std::optional<std::uint32_t> reason = {};
  std::int32_t lastId = -1;
  float lastScore = 0;
};

/// Keeps the best hypotheses, as transformers' BeamHypotheses does, in double precision like
/// Python's numbers.
class BeamHypotheses {
public:
  /// Keeps `settings.hypothesesOfGroup()`. `settings` must outlive the object.
  explicit BeamHypotheses(const GenerationSettings &settings) : settings(settings) {}

  /// Adds a hypothesis if it is among the best.
  void add(const FinishedBeam &beam, std::int64_t generatedLength);
  /// Whether the search may stop, given the best sum of this step; lengths without the prompt.
  bool isDone(double bestSum, std::int64_t generatedLength, std::int64_t maximumGenerated) const;

  /// In the order in which they came.
  std::vector<Hypothesis> &all() { return kept; }
  const std::vector<Hypothesis> &all() const { return kept; }

private:
  double normalized(double sum, std::int64_t generatedLength) const;

  const GenerationSettings &settings;
  std::vector<Hypothesis> kept;
  double worst = 1e9;
};

/// The best `count`, best first; of equal scores the one that came later.
std::vector<Hypothesis> takeBest(std::vector<Hypothesis> hypotheses, std::int64_t count);

} // namespace transept::runtime

#endif

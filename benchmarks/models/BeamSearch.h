// SPDX-License-Identifier: Apache-2.0
//
// Beam search for a program that brings none: hypotheses of one fixed length, none of which ends
// early, which is what the benchmark asks of everybody.

#ifndef TRANSEPT_BENCHMARKS_MODELS_BEAMSEARCH_H
#define TRANSEPT_BENCHMARKS_MODELS_BEAMSEARCH_H

#include "benchmarks/models/Contender.h"

#include <limits>
#include <span>

namespace transept::benchmarks {

/// What a step says: the best `count` ids of each row, best first, their logits, and each row's
/// logarithm of the sum of all exponentials.
struct Candidates {
  std::span<const int64_t> ids;
  std::span<const float> logits, logSums;
  size_t count = 0;
};

class BeamSearch {
public:
  BeamSearch(size_t sources, size_t beams);

  /// Chooses the best continuations of each source's hypotheses.
  void advance(const Candidates &candidates);

  /// For each row what it ends in now, and the row it went on from.
  const std::vector<int64_t> &lastIds() const { return ids; }
  const std::vector<uint32_t> &parents() const { return parentRows; }

  /// The best hypothesis of each source.
  std::vector<Ids> best() const;

private:
  struct Choice {
    float score;
    uint32_t row;
    int64_t id;
  };

  size_t sources, beams;
  std::vector<float> scores;
  std::vector<int64_t> ids;
  std::vector<uint32_t> parentRows;
  std::vector<Choice> choices;
  // Of every step, to be followed back.
  std::vector<std::vector<int64_t>> idHistory;
  std::vector<std::vector<uint32_t>> parentHistory;
};

} // namespace transept::benchmarks

#endif

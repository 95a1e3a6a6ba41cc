// SPDX-License-Identifier: Apache-2.0
//
// What the parts of beam search share: the beams of a source, what may follow them, and what was
// chosen of it.
#ifndef TRANSEPT_RUNTIME_DECODE_BEAMS_H
#define TRANSEPT_RUNTIME_DECODE_BEAMS_H

#include "runtime/decode/Candidates.h"

namespace transept::runtime {

struct Beam {
  std::vector<std::int32_t> ids;
  SelfCache cache;
  float score = 0;                     // running sum, float like torch's
  std::vector<float> tokenScores = {}; // of what was generated, if the settings ask for them
};

/// What may follow one beam, or all of them while they are equal.
struct Continuations {
  std::vector<Candidate> candidates;
  float logSumExp = 0; // scores of tokens are relative to it

  float tokenScore(const Candidate &candidate) const { return candidate.score - logSumExp; }
};

/// Those of beam number `beam`.
inline const Continuations &continuationsOf(std::span<const Continuations> lists,
                                            std::size_t beam) {
  return lists[lists.size() == 1 ? 0 : beam];
}

/// A continuation of one beam.
struct Choice {
  float sum; // of the beam with the token
  std::int32_t beam;
  std::int32_t rank; // among the beam's candidates
  std::int32_t id;
  float tokenScore;
};

} // namespace transept::runtime

#endif

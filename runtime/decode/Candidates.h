// SPDX-License-Identifier: Apache-2.0
//
// Puts together what generated code found in the vocabulary and what the token rules do to the ids
// they change: the best next tokens of one row.
#ifndef TRANSEPT_RUNTIME_DECODE_CANDIDATES_H
#define TRANSEPT_RUNTIME_DECODE_CANDIDATES_H

#include "runtime/decode/DecodeBatch.h"
#include "runtime/decode/TokenRules.h"

namespace transept::runtime {

struct Candidate {
  std::int32_t id;
  float score; // processed: a logit, or a log-probability
  float logit; // as the model gave it
};

/// By processed score, ties by rising id.
inline bool isBetter(const Candidate &left, const Candidate &right) {
  return left.score != right.score ? left.score > right.score : left.id < right.id;
}

enum class ScoreKind { Logit, LogProbability };

/// What is taken from the scores of some tokens before the rules act: of those that the beams of
/// other groups chose.
class TokenPenalties {
public:
  explicit TokenPenalties(float penalty) : penalty(penalty) {}

  void clear() { counts.clear(); }
  bool isEmpty() const { return counts.empty(); }
  /// So many more beams chose this token.
  void add(std::int32_t id, std::int32_t times);
  /// The penalty for each beam that chose it.
  float of(std::int32_t id) const;

private:
  struct Count {
    std::int32_t id;
    std::int32_t times;
  };
  float penalty;
  std::vector<Count> counts; // by rising id
};

/// Fills `result` with the tokens whose processed score is above -inf, best first, ties by rising
/// id: all of them if they are fewer than the row's candidates, else at least so many. The row's
/// log-sum-exp is a number. `penalties` may be null; each may push one of the row's candidates
/// below tokens that are not among them.
void mergeCandidates(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                     ScoreKind kind, std::vector<Candidate> &result,
                     const TokenPenalties *penalties = nullptr);

} // namespace transept::runtime

#endif

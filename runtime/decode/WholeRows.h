// SPDX-License-Identifier: Apache-2.0
//
// The processed scores of a whole vocabulary, for what the best candidates of a row do not suffice.
#ifndef TRANSEPT_RUNTIME_DECODE_WHOLEROWS_H
#define TRANSEPT_RUNTIME_DECODE_WHOLEROWS_H

#include "runtime/decode/Candidates.h"

namespace transept::runtime {

/// Fills `result` with all tokens whose processed score is above -inf, by rising id. The row has
/// its logits; `penalties` may be null. Throws Error when the model's scores are not numbers.
void allCandidates(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                   ScoreKind kind, std::vector<Candidate> &result,
                   const TokenPenalties *penalties = nullptr);

/// Fills `result` with the best tokens, at most `count`, as mergeCandidates does, with
/// log-probabilities that sum to 1 after the rules.
void renormalizedCandidates(const RowScores &row, const ExcludedIds &excluded,
                            const TokenRules &rules, std::int64_t count,
                            std::vector<Candidate> &result,
                            const TokenPenalties *penalties = nullptr);

/// The log-sum-exp of a row's processed scores: what makes them log-probabilities again. `merged`
/// is what mergeCandidates made of the row. The row has its logits wherever rules or penalties
/// change a score.
float processedLogSumExp(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                         ScoreKind kind, std::span<const Candidate> merged,
                         const TokenPenalties *penalties = nullptr);

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Merging of searched and excluded ids of a row.

#include "runtime/decode/Candidates.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

void mergeCandidates(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                     ScoreKind kind, std::vector<Candidate> &result) {
  float shift = kind == ScoreKind::LogProbability ? row.logSumExp : 0;
  result.clear();
  for (std::size_t index = 0; index < row.candidateIds.size(); ++index) {
    float logit = row.candidateLogits[index];
    if (!excluded.areOthersBanned && row.candidateIds[index] >= 0 && logit > -INFINITY)
      result.push_back({row.candidateIds[index], logit - shift, logit});
  }
  std::size_t searched = result.size();
  for (std::size_t index = 0; index < excluded.ids.size(); ++index) {
    const ChangedId &change = excluded.changes[index];
    float logit = row.excludedLogits[index];
    if (!change.isBanned() && logit > -INFINITY)
      result.push_back({change.id, rules.changed(logit - shift, change), logit});
  }
  if (result.size() == searched && kind == ScoreKind::Logit)
    return; // in order already
  rules.compareScores(result);
  std::sort(result.begin(), result.end(), isBetter);
}

} // namespace transept::runtime

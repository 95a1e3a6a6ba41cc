// SPDX-License-Identifier: Apache-2.0
//
// Merging of searched and excluded ids of a row.

#include "runtime/decode/Candidates.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

void TokenPenalties::add(std::int32_t id, std::int32_t times) {
  auto at =
      std::lower_bound(counts.begin(), counts.end(), id,
                       [](const Count &count, std::int32_t wanted) { return count.id < wanted; });
  if (at == counts.end() || at->id != id)
    at = counts.insert(at, {id, 0});
  at->times += times;
}

float TokenPenalties::of(std::int32_t id) const {
  auto at =
      std::lower_bound(counts.begin(), counts.end(), id,
                       [](const Count &count, std::int32_t wanted) { return count.id < wanted; });
  return at != counts.end() && at->id == id ? penalty * float(at->times) : 0;
}

void mergeCandidates(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                     ScoreKind kind, std::vector<Candidate> &result,
                     const TokenPenalties *penalties) {
  float shift = kind == ScoreKind::LogProbability ? row.logSumExp : 0;
  auto scoreOf = [&](std::int32_t id, float logit) {
    return penalties ? logit - shift - penalties->of(id) : logit - shift;
  };
  result.clear();
  for (std::size_t index = 0; index < row.candidateIds.size(); ++index) {
    float logit = row.candidateLogits[index];
    if (!excluded.areOthersBanned && row.candidateIds[index] >= 0 && logit > -INFINITY)
      result.push_back({row.candidateIds[index], scoreOf(row.candidateIds[index], logit), logit});
  }
  std::size_t searched = result.size();
  for (std::size_t index = 0; index < excluded.ids.size(); ++index) {
    const ChangedId &change = excluded.changes[index];
    float logit = row.excludedLogits[index];
    if (!change.isBanned() && logit > -INFINITY)
      result.push_back({change.id, rules.changed(scoreOf(change.id, logit), change), logit});
  }
  if (result.size() == searched && kind == ScoreKind::Logit)
    return; // in order already
  rules.compareScores(result);
  std::sort(result.begin(), result.end(), isBetter);
}

} // namespace transept::runtime

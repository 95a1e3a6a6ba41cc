// SPDX-License-Identifier: Apache-2.0
//
// A pass over the vocabulary beside the short, ascending list of what the rules change.

#include "runtime/decode/WholeRows.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

void allCandidates(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                   ScoreKind kind, std::vector<Candidate> &result) {
  float shift = kind == ScoreKind::LogProbability ? row.logSumExp : 0;
  result.clear();
  auto changed = excluded.changes.begin();
  for (std::size_t index = 0; index < row.logits.size(); ++index) {
    auto id = std::int32_t(index);
    float logit = row.logits[index], score = logit - shift;
    if (std::isnan(score))
      fail(ErrorCode::Internal, "the model's scores are not numbers; are its weights damaged?");
    bool isBanned = excluded.areOthersBanned;
    if (changed != excluded.changes.end() && changed->id == id) {
      isBanned = changed->isBanned();
      score = rules.changed(score, *changed);
      ++changed;
    }
    if (!isBanned && logit > -INFINITY)
      result.push_back({id, score, logit});
  }
  rules.compareScores(result);
}

void renormalizedCandidates(const RowScores &row, const ExcludedIds &excluded,
                            const TokenRules &rules, std::int64_t count,
                            std::vector<Candidate> &result) {
  allCandidates(row, excluded, rules, ScoreKind::LogProbability, result);
  float best = -INFINITY;
  for (const Candidate &candidate : result)
    best = std::max(best, candidate.score);
  double sum = 0; // of exp(score - best), so that nothing overflows
  for (const Candidate &candidate : result)
    sum += std::exp(double(candidate.score) - double(best));
  for (Candidate &candidate : result)
    candidate.score = float(double(candidate.score) - double(best) - std::log(sum));
  auto last = result.begin() + std::min<std::ptrdiff_t>(count, std::ssize(result));
  std::partial_sort(result.begin(), last, result.end(), isBetter);
  result.erase(last, result.end());
}

} // namespace transept::runtime

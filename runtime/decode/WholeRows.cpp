// SPDX-License-Identifier: Apache-2.0
//
// A pass over the vocabulary beside the short, ascending list of what the rules change.

#include "runtime/decode/WholeRows.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

void allCandidates(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                   ScoreKind kind, std::vector<Candidate> &result,
                   const TokenPenalties *penalties) {
  float shift = kind == ScoreKind::LogProbability ? row.logSumExp : 0;
  result.clear();
  auto changed = excluded.changes.begin();
  for (std::size_t index = 0; index < row.logits.size(); ++index) {
    auto id = std::int32_t(index);
    float logit = row.logits[index], score = logit - shift;
    if (std::isnan(score))
      fail(ErrorCode::Internal, "the model's scores are not numbers; are its weights damaged?");
    if (penalties)
      score -= penalties->of(id);
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

namespace {

/// The best score, and the sum of exp(score - best), so that nothing overflows.
struct Exponentials {
  float best = -INFINITY;
  double sum = 0;
};

Exponentials exponentialsOf(std::span<const Candidate> candidates) {
  Exponentials result;
  for (const Candidate &candidate : candidates)
    result.best = std::max(result.best, candidate.score);
  for (const Candidate &candidate : candidates)
    result.sum += std::exp(double(candidate.score) - double(result.best));
  return result;
}

} // namespace

void renormalizedCandidates(const RowScores &row, const ExcludedIds &excluded,
                            const TokenRules &rules, std::int64_t count,
                            std::vector<Candidate> &result, const TokenPenalties *penalties) {
  allCandidates(row, excluded, rules, ScoreKind::LogProbability, result, penalties);
  auto [best, sum] = exponentialsOf(result);
  for (Candidate &candidate : result)
    candidate.score = float(double(candidate.score) - double(best) - std::log(sum));
  auto last = result.begin() + std::min<std::ptrdiff_t>(count, std::ssize(result));
  std::partial_sort(result.begin(), last, result.end(), isBetter);
  result.erase(last, result.end());
}

namespace {

/// -infinity of none.
float logSumExpOf(std::span<const Candidate> candidates) {
  auto [best, sum] = exponentialsOf(candidates);
  return best == -INFINITY ? best : float(double(best) + std::log(sum));
}

/// How much of all probability the ids had whose scores the rules change.
double excludedProbability(const RowScores &row) {
  double sum = 0;
  for (float logit : row.excludedLogits)
    sum += std::exp(double(logit) - double(row.logSumExp));
  return sum;
}

} // namespace

float processedLogSumExp(const RowScores &row, const ExcludedIds &excluded, const TokenRules &rules,
                         ScoreKind kind, std::span<const Candidate> merged,
                         const TokenPenalties *penalties) {
  float plain = kind == ScoreKind::LogProbability ? 0 : row.logSumExp;
  if (excluded.ids.empty() && !penalties)
    return plain;
  double taken = excludedProbability(row);
  // Where little is left, a difference would have few digits; and some rules look at all scores.
  if (taken > 0.5 || excluded.areOthersBanned || rules.comparesScores() || penalties) {
    std::vector<Candidate> all;
    allCandidates(row, excluded, rules, kind, all, penalties);
    return logSumExpOf(all);
  }
  double sum = 1 - taken;
  for (const Candidate &candidate : merged)
    if (std::binary_search(excluded.ids.begin(), excluded.ids.end(), candidate.id))
      sum += std::exp(double(candidate.score) - double(plain));
  return float(double(plain) + std::log(sum));
}

} // namespace transept::runtime

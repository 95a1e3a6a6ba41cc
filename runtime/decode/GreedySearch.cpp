// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, GenerationMixin._sample with do_sample=False: rules act on raw logits.

#include "runtime/decode/GreedySearch.h"

#include "runtime/decode/WholeRows.h"

#include <cmath>

namespace transept::runtime {

GreedySearch::GreedySearch(SearchStart start, TokenListener listener)
    : settings(start.settings), rules(start.rules()), entry(start.entry), listener(listener),
      cache(start.pages) {
  result.ids = std::move(start.prompt);
  appendForced();
}

void GreedySearch::append(std::int32_t id, float tokenScore) {
  result.ids.push_back(id);
  if (settings.keepsTokenScores())
    result.tokenScores.push_back(tokenScore);
  if (rules.isEnd(id))
    result.finishReason = TRANSEPT_FINISH_END;
  done = rules.isEnd(id) || length() >= rules.maximumLength();
  if (done)
    cache.clear();
  listener.tell(id);
}

void GreedySearch::endEarly() {
  if (!done)
    result.finishReason = TRANSEPT_FINISH_CANCELLED;
  done = true;
  cache.clear();
}

/// Forced tokens need no scores, so no step: their rows go along with the next one.
void GreedySearch::appendForced() {
  while (!done) {
    std::int32_t forced = rules.forcedId(length());
    if (forced == -1)
      return;
    // With everything at -inf, arg-max is the first id.
    bool isForbidden = rules.isForbidden(forced, result.ids);
    append(isForbidden ? 0 : forced, isForbidden ? -INFINITY : 0);
  }
}

std::vector<GeneratedSequence> GreedySearch::take() {
  std::vector<GeneratedSequence> sequences;
  sequences.push_back(std::move(result));
  return sequences;
}

std::int64_t GreedySearch::pendingRows() const {
  return length() - cache.length();
}

void GreedySearch::prefill(DecodeBatch &batch, std::int64_t rowLimit) {
  prefillSequence(batch, entry, cache, result.ids, rowLimit);
}

void GreedySearch::addRows(DecodeBatch &batch) {
  rules.collect(result.ids, excluded);
  batch.setSource(entry);
  batch.addSequence(cache, std::span(result.ids).subspan(std::size_t(cache.length())));
  request = batch.request(excluded.ids);
  if (settings.normalizesTokenScores() && !excluded.ids.empty())
    batch.keepRows();
}

void GreedySearch::advance(const DecodeBatch &batch) {
  RowScores row = batch.scores(request);
  mergeCandidates(row, excluded, rules, ScoreKind::Logit, candidates);
  if (candidates.empty()) {
    rules.checkNothingWasAllowed(result.ids);
    append(0, -INFINITY); // everything is banned
  } else {
    result.score += candidates.front().logit - row.logSumExp;
    append(candidates.front().id, tokenScoreOf(row, candidates.front()));
  }
  appendForced();
}

float GreedySearch::tokenScoreOf(const RowScores &row, const Candidate &chosen) const {
  if (!settings.normalizesTokenScores())
    return chosen.score;
  return chosen.score - processedLogSumExp(row, excluded, rules, ScoreKind::Logit, candidates);
}

} // namespace transept::runtime

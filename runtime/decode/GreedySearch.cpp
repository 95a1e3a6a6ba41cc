// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, GenerationMixin._sample with do_sample=False: rules act on raw logits.

#include "runtime/decode/GreedySearch.h"

namespace transept::runtime {

GreedySearch::GreedySearch(SearchStart start, TokenListener listener)
    : rules(start.rules()), entry(start.entry), listener(listener), cache(start.pages) {
  result.ids = std::move(start.prompt);
  appendForced();
}

void GreedySearch::append(std::int32_t id) {
  result.ids.push_back(id);
  listener.tell(id);
  if (rules.isEnd(id))
    result.finishReason = TRANSEPT_FINISH_END;
  done = rules.isEnd(id) || length() >= rules.maximumLength();
  if (done)
    cache.clear();
}

/// Forced tokens need no scores, so no step: their rows go along with the next one.
void GreedySearch::appendForced() {
  while (!done) {
    std::int32_t forced = rules.forcedId(length());
    if (forced == -1)
      return;
    // With everything at -inf, arg-max is the first id.
    append(rules.isForbidden(forced, result.ids) ? 0 : forced);
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
}

void GreedySearch::advance(const DecodeBatch &batch) {
  RowScores row = batch.scores(request);
  mergeCandidates(row, excluded, rules, ScoreKind::Logit, candidates);
  if (candidates.empty()) {
    rules.checkNothingWasAllowed(result.ids);
    append(0); // everything is banned
  } else {
    result.score += candidates.front().logit - row.logSumExp;
    append(candidates.front().id);
  }
  appendForced();
}

} // namespace transept::runtime

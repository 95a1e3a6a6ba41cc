// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, GenerationMixin._sample with do_sample=False: rules act on raw logits.

#include "runtime/decode/GreedySearch.h"

#include "runtime/decode/WholeRows.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

GreedySearch::GreedySearch(SearchStart start, TokenListener listener)
    : settings(start.settings), rules(start.rules()), entry(start.entry), listener(listener),
      cache(start.pages), drafts(settings, rules, start.givenSourceIds, start.guesser) {
  result.ids = std::move(start.prompt);
  if (start.cached)
    cache.assignFork(*start.cached);
  for (const ChosenToken &token : start.chosen) {
    result.score += token.score;
    append(token.id, token.tokenScore);
  }
  appendForced();
  guess();
}

void GreedySearch::append(std::int32_t id, float tokenScore) {
  std::optional<std::uint32_t> reason = rules.finishReason(result.ids, id);
  result.ids.push_back(id);
  if (settings.keepsTokenScores())
    result.tokenScores.push_back(tokenScore);
  result.finishReason = reason.value_or(TRANSEPT_FINISH_LENGTH);
  done = reason || length() >= rules.maximumLength();
  if (done)
    cache.clear();
  listener.tell(id);
}

void GreedySearch::endEarly() {
  if (!done)
    result.finishReason = TRANSEPT_FINISH_CANCELLED;
  done = true;
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
  return length() - cache.length() + std::int64_t(rows.draftSize());
}

void GreedySearch::prefill(DecodeBatch &batch, std::int64_t rowLimit) {
  prefillSequence(batch, entry, cache, result.ids, rowLimit);
}

void GreedySearch::guess() {
  if (!done)
    rows.guess(drafts, result.ids);
}

void GreedySearch::addRows(DecodeBatch &batch) {
  batch.setSource(entry);
  rows.add(batch, rules, cache, result.ids, settings.normalizesTokenScores());
}

void GreedySearch::advance(const DecodeBatch &batch) {
  rows.follow(batch, [&](const RowScores &scores, const ExcludedIds &excluded) {
    choose(scores, excluded);
    return done ? -1 : result.ids.back();
  });
  cache.truncate(std::min(cache.length(), length() - 1));
  appendForced();
  guess();
}

void GreedySearch::choose(const RowScores &row, const ExcludedIds &changes) {
  mergeCandidates(row, changes, rules, ScoreKind::Logit, candidates);
  if (candidates.empty()) {
    rules.checkNothingWasAllowed(result.ids);
    append(0, -INFINITY); // everything is banned
    return;
  }
  result.score += candidates.front().logit - row.logSumExp;
  append(candidates.front().id, tokenScoreOf(row, changes, candidates.front()));
}

float GreedySearch::tokenScoreOf(const RowScores &row, const ExcludedIds &changes,
                                 const Candidate &chosen) const {
  if (!settings.normalizesTokenScores())
    return chosen.score;
  return chosen.score - processedLogSumExp(row, changes, rules, ScoreKind::Logit, candidates);
}

} // namespace transept::runtime

// SPDX-License-Identifier: Apache-2.0
//
// The first step is this class's own; all that follow are those of the searches it begins.

#include "runtime/decode/AlternativesSearch.h"

#include "runtime/decode/WholeRows.h"

#include <algorithm>

namespace transept::runtime {

AlternativesSearch::AlternativesSearch(SearchStart given, std::uint64_t number,
                                       TokenListener listener)
    : start(std::move(given)), rules(start.rules()), number(number), listener(listener),
      ids(start.prompt), cache(start.pages) {
  while (length() < rules.maximumLength()) {
    std::int32_t forced = rules.forcedId(length());
    if (forced == -1)
      return;
    start.chosen.push_back({forced, 0, 0});
    ids.push_back(forced);
    if (rules.isEnd(forced))
      break;
  }
  begin({}, listener); // nothing is left to choose
}

/// A search for each token, which stands behind the prompt and what is forced there; `first` hears
/// of the first one.
void AlternativesSearch::begin(std::span<const ChosenToken> tokens, const TokenListener &first) {
  auto add = [&](const ChosenToken *token) {
    SearchStart next = start;
    next.cached = &cache;
    if (token)
      next.chosen.push_back(*token);
    searches.push_back(
        makePlainSearch(std::move(next), number, searches.empty() ? first : TokenListener{}));
  };
  for (const ChosenToken &token : tokens)
    add(&token);
  if (tokens.empty())
    add(nullptr);
  cache.clear();
}

void AlternativesSearch::choose(const DecodeBatch &batch) {
  const GenerationSettings &settings = start.settings;
  RowScores row = batch.scores(request);
  std::vector<Candidate> candidates;
  bool isBeams = settings.beams > 1;
  auto kind = isBeams ? ScoreKind::LogProbability : ScoreKind::Logit;
  if (isBeams && settings.renormalize)
    renormalizedCandidates(row, excluded, rules, settings.returnCount, candidates);
  else
    mergeCandidates(row, excluded, rules, kind, candidates);
  float shift = settings.normalizesTokenScores()
                    ? processedLogSumExp(row, excluded, rules, kind, candidates)
                    : 0;
  if (candidates.empty())
    rules.checkNothingWasAllowed(ids);
  candidates.resize(std::min(candidates.size(), std::size_t(settings.returnCount)), {});
  std::vector<ChosenToken> tokens;
  for (const Candidate &each : candidates)
    tokens.push_back(
        {each.id, isBeams ? each.score : each.logit - row.logSumExp, each.score - shift});
  begin(tokens, listener);
}

bool AlternativesSearch::isDone() const {
  return !searches.empty() && std::ranges::all_of(searches, &Search::isDone);
}

std::vector<GeneratedSequence> AlternativesSearch::take() {
  std::vector<GeneratedSequence> sequences;
  for (const std::unique_ptr<Search> &each : searches)
    sequences.push_back(std::move(each->take().front()));
  return sequences;
}

void AlternativesSearch::endEarly() {
  if (searches.empty())
    begin({}, {});
  for (const std::unique_ptr<Search> &each : searches)
    if (!each->isDone())
      each->endEarly();
}

std::int64_t AlternativesSearch::generatedCount() const {
  std::int64_t count = length() - rules.promptLength();
  for (const std::unique_ptr<Search> &each : searches)
    count = std::max(count, each->generatedCount());
  return count;
}

std::int64_t AlternativesSearch::pendingRows() const {
  if (searches.empty())
    return length() - cache.length();
  std::int64_t rows = 0;
  for (const std::unique_ptr<Search> &each : searches)
    rows += each->isDone() ? 0 : each->pendingRows();
  return rows;
}

void AlternativesSearch::prefill(DecodeBatch &batch, std::int64_t rowLimit) {
  if (searches.empty())
    prefillSequence(batch, start.entry, cache, ids, rowLimit);
}

void AlternativesSearch::addRows(DecodeBatch &batch) {
  for (const std::unique_ptr<Search> &each : searches)
    if (!each->isDone())
      each->addRows(batch);
  if (!searches.empty())
    return;
  rules.collect(ids, excluded);
  batch.setSource(start.entry);
  batch.addSequence(cache, std::span(ids).subspan(std::size_t(cache.length())));
  request = batch.request(excluded.ids);
  if (start.settings.normalizesTokenScores() && !excluded.ids.empty())
    batch.keepRows();
}

bool AlternativesSearch::needsScores(std::size_t asked) const {
  return searches.empty() ||
         std::ranges::any_of(searches, [asked](const std::unique_ptr<Search> &each) {
           return !each->isDone() && each->needsScores(asked);
         });
}

void AlternativesSearch::advance(const DecodeBatch &batch) {
  if (searches.empty())
    return choose(batch);
  for (const std::unique_ptr<Search> &each : searches)
    if (!each->isDone())
      each->advance(batch);
}

} // namespace transept::runtime

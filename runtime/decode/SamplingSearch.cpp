// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, GenerationMixin._sample with do_sample=True: rules act on raw logits,
// then the warpers. Its random numbers are torch's and not to be had, so these are our own.

#include "runtime/decode/SamplingSearch.h"

#include "runtime/base/Messages.h"
#include "runtime/decode/Philox.h"
#include "runtime/decode/WholeRows.h"

#include <algorithm>

namespace transept::runtime {

SamplingSearch::SamplingSearch(SearchStart start, std::uint64_t number, TokenListener listener)
    : settings(start.settings), rules(start.rules()), entry(start.entry), number(number),
      listener(listener), drafts(settings, rules, start.givenSourceIds, start.guesser),
      distribution(start.settings) {
  samples.reserve(std::size_t(settings.returnCount));
  for (std::int64_t sample = 0; sample < settings.returnCount; ++sample) {
    samples.push_back({std::uint32_t(sample), {start.prompt}, SelfCache(start.pages)});
    appendForced(samples.back());
  }
}

bool SamplingSearch::isDone() const {
  return std::all_of(samples.begin(), samples.end(),
                     [](const Sample &sample) { return sample.isDone; });
}

std::vector<GeneratedSequence> SamplingSearch::take() {
  std::vector<GeneratedSequence> sequences;
  for (Sample &sample : samples) {
    sample.result.score = float(sample.score);
    sequences.push_back(std::move(sample.result));
  }
  return sequences;
}

std::int64_t SamplingSearch::generatedCount() const {
  auto running = std::ranges::find_if(samples, [](const Sample &sample) { return !sample.isDone; });
  return (running == samples.end() ? samples.front() : *running).length() - rules.promptLength();
}

std::int64_t SamplingSearch::pendingRows() const {
  std::int64_t rows = 0;
  for (const Sample &sample : fed())
    rows += sample.isDone
                ? 0
                : sample.length() - sample.cache.length() + std::int64_t(sample.rows.draftSize());
  return rows;
}

void SamplingSearch::prefill(DecodeBatch &batch, std::int64_t rowLimit) {
  for (Sample &sample : fed())
    if (!sample.isDone)
      prefillSequence(batch, entry, sample.cache, sample.result.ids, rowLimit);
}

void SamplingSearch::addRows(DecodeBatch &batch) {
  batch.setSource(entry);
  for (Sample &sample : fed()) {
    if (sample.isDone)
      continue;
    sample.rows.add(batch, rules, sample.cache, sample.result.ids, /*keepsRuledRows=*/false);
  }
}

bool SamplingSearch::needsScores(std::size_t request) const {
  return std::ranges::any_of(fed(), [&](const Sample &sample) {
    return !sample.isDone && request == sample.rows.request(0);
  });
}

void SamplingSearch::advance(const DecodeBatch &batch) {
  if (areEqual) {
    const DraftedRows &rows = samples.front().rows;
    assignDistribution(batch.scores(rows.request(0)), rows.excludedOf(0), samples.front());
    for (Sample &other : std::span(samples).subspan(1))
      other.cache.assignFork(samples.front().cache);
    areEqual = false;
    for (Sample &sample : samples) {
      drawToken(sample);
      appendForced(sample);
      guess(sample);
    }
    return;
  }
  for (Sample &sample : samples)
    if (!sample.isDone)
      drawTokens(batch, sample);
}

/// A token behind what there is, and more while the draft is what was drawn.
void SamplingSearch::drawTokens(const DecodeBatch &batch, Sample &sample) {
  sample.rows.follow(batch, [&](const RowScores &scores, const ExcludedIds &excluded) {
    assignDistribution(scores, excluded, sample);
    drawToken(sample);
    return sample.isDone ? -1 : sample.result.ids.back();
  });
  sample.cache.truncate(std::min(sample.cache.length(), sample.length() - 1));
  appendForced(sample);
  guess(sample);
}

void SamplingSearch::guess(Sample &sample) {
  if (!sample.isDone)
    sample.rows.guess(drafts, sample.result.ids);
}

void SamplingSearch::assignDistribution(const RowScores &scores, const ExcludedIds &excluded,
                                        const Sample &sample) {
  if (settings.needsWholeRows())
    allCandidates(scores, excluded, rules, ScoreKind::Logit, candidates);
  else
    mergeCandidates(scores, excluded, rules, ScoreKind::Logit, candidates);
  if (candidates.empty())
    fail(ErrorCode::InvalidArgument,
         "there is no token to draw: the options ban all that may follow ", sample.length(),
         " tokens of a result");
  distribution.assign(candidates);
}

void SamplingSearch::drawToken(Sample &sample) {
  DrawnToken drawn = distribution.draw(
      uniformAt({settings.seed, number, sample.number, std::uint32_t(sample.length())}));
  sample.score += drawn.logProbability;
  bool isProcessed =
      settings.tokenScores == TRANSEPT_TOKEN_SCORES_PROCESSED && !settings.renormalize;
  append(sample, drawn.id, isProcessed ? drawn.score : float(drawn.logProbability));
}

void SamplingSearch::append(Sample &sample, std::int32_t id, float tokenScore) {
  std::optional<std::uint32_t> reason = rules.finishReason(sample.result.ids, id);
  sample.result.ids.push_back(id);
  if (settings.keepsTokenScores())
    sample.result.tokenScores.push_back(tokenScore);
  sample.result.finishReason = reason.value_or(TRANSEPT_FINISH_LENGTH);
  sample.isDone = reason || sample.length() >= rules.maximumLength();
  if (sample.isDone)
    sample.cache.clear();
  if (sample.number == 0)
    listener.tell(id);
}

void SamplingSearch::endEarly() {
  for (Sample &sample : samples) {
    if (!sample.isDone)
      sample.result.finishReason = TRANSEPT_FINISH_CANCELLED;
    sample.isDone = true;
  }
}

/// Forced tokens need no scores, so no step: their rows go along with the next one.
void SamplingSearch::appendForced(Sample &sample) {
  while (!sample.isDone) {
    std::int32_t forced = rules.forcedId(sample.length());
    if (forced == -1)
      return;
    if (rules.isForbidden(forced, sample.result.ids))
      fail(ErrorCode::InvalidArgument, "there is no token to draw: the options force token ",
           forced, " behind ", sample.length(), " tokens of a result, and ban it there");
    append(sample, forced, /*tokenScore=*/0);
  }
}

} // namespace transept::runtime

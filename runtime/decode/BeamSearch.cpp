// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, GenerationMixin._beam_search: log-probabilities first, rules act on them
// and, unless asked, nothing renormalizes them.

#include "runtime/decode/BeamSearch.h"

#include "runtime/decode/BeamChoices.h"
#include "runtime/decode/WholeRows.h"

#include <algorithm>
#include <iterator>

namespace transept::runtime {

BeamSearch::BeamSearch(const SearchStart &start)
    : settings(start.settings),
      rules(start.settings, start.givenSourceIds, std::int64_t(start.prompt.size())),
      entry(start.entry) {
  groups.emplace_back(start, rules);
  fed.resize(std::size_t(settings.beams));
  continuations.resize(std::size_t(settings.groupSize()));
  appendForced();
}

bool BeamSearch::isDone() const {
  return std::all_of(groups.begin(), groups.end(),
                     [](const BeamGroup &group) { return group.isDone(); });
}

std::int64_t BeamSearch::length() const {
  auto running = std::find_if(groups.begin(), groups.end(),
                              [](const BeamGroup &group) { return !group.isDone(); });
  return (running == groups.end() ? groups.front() : *running).length();
}

/// The beams that have rows of their own in a step, in order.
template <typename Visit> void BeamSearch::visitFedBeams(Visit &&visit) {
  if (areEqual)
    return visit(groups.front().beams().front());
  for (BeamGroup &group : groups)
    if (!group.isDone())
      for (Beam &beam : group.beams())
        visit(beam);
}

std::int64_t BeamSearch::pendingRows() const {
  std::int64_t rows = 0;
  const_cast<BeamSearch *>(this)->visitFedBeams(
      [&](const Beam &beam) { rows += std::int64_t(beam.ids.size()) - beam.cache.length(); });
  return rows;
}

void BeamSearch::prefill(DecodeBatch &batch, std::int64_t rowLimit) {
  visitFedBeams(
      [&](Beam &beam) { prefillSequence(batch, entry, beam.cache, beam.ids, rowLimit); });
}

void BeamSearch::addRows(DecodeBatch &batch) {
  batch.setSource(entry);
  auto row = fed.begin();
  visitFedBeams([&](Beam &beam) {
    rules.collect(beam.ids, row->excluded);
    batch.addSequence(beam.cache, std::span(beam.ids).subspan(std::size_t(beam.cache.length())));
    row->request = batch.request(row->excluded.ids);
    if (settings.normalizesTokenScores() && !row->excluded.ids.empty())
      batch.keepRows();
    ++row;
  });
}

void BeamSearch::advance(const DecodeBatch &batch) {
  bool wereEqual = areEqual;
  shareCache();
  auto row = fed.cbegin();
  for (BeamGroup &group : groups) {
    if (group.isDone())
      continue;
    std::span lists = std::span(continuations).first(wereEqual ? 1 : group.beams().size());
    for (Continuations &list : lists)
      readScores(batch, wereEqual ? fed.front() : *row++, list);
    step(group, lists);
  }
  appendForced();
}

void BeamSearch::readScores(const DecodeBatch &batch, const FedRow &fedRow,
                            Continuations &list) const {
  RowScores row = batch.scores(fedRow.request);
  if (settings.renormalize)
    renormalizedCandidates(row, fedRow.excluded, rules, settings.beamCandidates(),
                           list.candidates);
  else
    mergeCandidates(row, fedRow.excluded, rules, ScoreKind::LogProbability, list.candidates);
  if (settings.normalizesTokenScores())
    list.logSumExp = processedLogSumExp(row, fedRow.excluded, rules, ScoreKind::LogProbability,
                                        list.candidates);
}

void BeamSearch::step(BeamGroup &group, std::span<const Continuations> lists) {
  chooseBest(group.beams(), lists, std::size_t(settings.beamCandidates()),
             settings.vocabularySize, choices);
  group.apply(choices);
}

/// Every beam gets the pages of the one that stood for all.
void BeamSearch::shareCache() {
  if (!areEqual)
    return;
  const SelfCache &shared = groups.front().beams().front().cache;
  for (BeamGroup &group : groups)
    for (Beam &beam : group.beams())
      if (&beam.cache != &shared)
        beam.cache.assignFork(shared);
  areEqual = false;
}

/// Forced tokens need no scores, so no step: their rows go along with the next one.
void BeamSearch::appendForced() {
  while (!isDone()) {
    std::int32_t forced = rules.forcedId(length());
    if (forced == -1)
      return;
    bool wereEqual = areEqual;
    shareCache();
    for (BeamGroup &group : groups)
      if (!group.isDone())
        stepForced(group, forced);
    if (wereEqual)
      findWhetherEqual();
  }
}

void BeamSearch::stepForced(BeamGroup &group, std::int32_t id) {
  for (std::size_t index = 0; index < continuations.size(); ++index) {
    Continuations &list = continuations[index];
    list.logSumExp = 0;
    list.candidates.clear();
    if (!rules.isForbidden(id, group.beams()[index].ids))
      list.candidates.push_back({id, 0, 0});
  }
  step(group, continuations);
}

void BeamSearch::findWhetherEqual() {
  const Beam &first = groups.front().beams().front();
  areEqual = std::all_of(groups.begin(), groups.end(), [&](const BeamGroup &group) {
    return !group.isDone() &&
           std::all_of(group.beams().begin(), group.beams().end(),
                       [&](const Beam &beam) { return beam.ids == first.ids; });
  });
  if (!areEqual)
    return;
  for (BeamGroup &group : groups)
    for (Beam &beam : group.beams())
      if (&beam != &first)
        beam.cache.clear();
}

std::vector<GeneratedSequence> BeamSearch::take() {
  std::vector<Hypothesis> all;
  for (BeamGroup &group : groups)
    std::move(group.hypotheses().all().begin(), group.hypotheses().all().end(),
              std::back_inserter(all));
  std::vector<GeneratedSequence> sequences;
  for (Hypothesis &hypothesis : takeBest(std::move(all), settings.returnCount)) {
    if (hypothesis.hasEnded)
      hypothesis.ids.push_back(settings.ends.front());
    sequences.push_back({std::move(hypothesis.ids), float(hypothesis.score),
                         hypothesis.hasEnded ? TRANSEPT_FINISH_END : TRANSEPT_FINISH_LENGTH,
                         std::move(hypothesis.tokenScores)});
  }
  return sequences;
}

} // namespace transept::runtime

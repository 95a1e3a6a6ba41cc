// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, GenerationMixin._beam_search, _group_beam_search and
// _constrained_beam_search: log-probabilities first, rules act on them and, unless asked, nothing
// renormalizes them. Its random numbers are torch's and not to be had, so these are our own.

#include "runtime/decode/BeamSearch.h"

#include "runtime/decode/BeamChoices.h"
#include "runtime/decode/BeamResults.h"
#include "runtime/decode/ForcedWords.h"
#include "runtime/decode/WholeRows.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace transept::runtime {

BeamSearch::BeamSearch(const SearchStart &start, std::uint64_t number, TokenListener listener)
    : settings(start.settings), rules(start.rules()), entry(start.entry),
      softPrefix(start.softPrefix), number(number), listener(listener),
      toldCount(start.prompt.size()), areEqual(!rules.differByBeam()),
      penalties(start.settings.diversityPenalty), distribution(start.settings) {
  groups.reserve(std::size_t(settings.beamGroups));
  for (std::int64_t group = 0; group < settings.beamGroups; ++group)
    groups.emplace_back(start, rules);
  fed.resize(std::size_t(settings.beams));
  continuations.resize(std::size_t(settings.groupSize()));
  if (start.cached)
    groups.front().beams().front().cache.assignFork(*start.cached);
  for (const ChosenToken &token : start.chosen) {
    bool ends = rules.finishReason(groups.front().beams().front().ids, token.id).has_value();
    append(token);
    for (BeamGroup &group : groups)
      if (ends && !group.isDone())
        group.finish();
  }
  appendForced();
  tell();
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

/// The beams that have rows of their own in a step, in order, and whether they are the first of
/// their group.
template <typename Self, typename Visit> void BeamSearch::visitFedBeams(Self &self, Visit &&visit) {
  if (self.areEqual)
    return visit(self.groups.front().beams().front(), true);
  for (auto &group : self.groups)
    if (!group.isDone())
      for (auto &beam : group.beams())
        visit(beam, &beam == &group.beams().front());
}

std::int64_t BeamSearch::pendingRows() const {
  std::int64_t rows = 0;
  visitFedBeams(*this, [&](const Beam &beam, bool) {
    rows += std::int64_t(beam.ids.size()) - beam.cache.length();
  });
  return rows;
}

void BeamSearch::prefill(DecodeBatch &batch, std::int64_t rowLimit) {
  visitFedBeams(*this, [&](Beam &beam, bool) {
    prefillSequence(batch, entry, beam.cache, beam.ids, rowLimit);
  });
}

void BeamSearch::addRows(DecodeBatch &batch) {
  batch.setSource(entry);
  auto row = fed.begin();
  visitFedBeams(*this, [&](Beam &beam, bool isFirst) {
    // What is impossible already stays so, whatever follows.
    if (beam.score == -INFINITY)
      row->excluded.banAll();
    else
      rules.collect(beam.ids, row->excluded, isFirst);
    if (!settings.forcedWords.empty())
      requestForcedWords(settings, beam.ids, row->excluded);
    row->drawnTo = nextOfPrefix(beam.ids);
    if (row->drawnTo != -1)
      row->excluded.add(row->drawnTo);
    batch.addSequence(beam.cache, std::span(beam.ids).subspan(std::size_t(beam.cache.length())));
    row->request = batch.request(row->excluded.ids);
    bool areChanged = !row->excluded.ids.empty() || settings.beamGroups > 1;
    if (settings.normalizesTokenScores() && areChanged)
      batch.keepRows();
    ++row;
  });
}

void BeamSearch::advance(const DecodeBatch &batch) {
  bool wereEqual = areEqual;
  shareCache();
  auto row = fed.cbegin();
  penalties.clear();
  for (BeamGroup &group : groups) {
    if (group.isDone()) {
      // As Hugging Face fills it up.
      if (settings.padding != -1)
        penalties.add(settings.padding, std::int32_t(group.beams().size()));
      continue;
    }
    std::span lists = std::span(continuations).first(wereEqual ? 1 : group.beams().size());
    for (Continuations &list : lists)
      readScores(batch, wereEqual ? fed.front() : *row++, list);
    step(group, lists);
    for (const Choice &choice : group.continuations())
      penalties.add(choice.id, 1);
  }
  appendForced();
  tell();
}

void BeamSearch::readScores(const DecodeBatch &batch, const FedRow &fedRow, Continuations &list) {
  RowScores row = batch.scores(fedRow.request);
  constexpr ScoreKind kind = ScoreKind::LogProbability;
  const TokenPenalties *chosen = penalties.isEmpty() ? nullptr : &penalties;
  if (settings.sample && settings.needsWholeRows())
    allCandidates(row, fedRow.excluded, rules, kind, list.candidates, chosen);
  else if (settings.renormalize && !settings.sample)
    renormalizedCandidates(row, fedRow.excluded, rules,
                           settings.forcedWords.empty() && fedRow.drawnTo == -1
                               ? settings.beamCandidates()
                               : std::int64_t(settings.vocabularySize),
                           list.candidates, chosen);
  else
    mergeCandidates(row, fedRow.excluded, rules, kind, list.candidates, chosen);
  if (settings.normalizesTokenScores())
    list.logSumExp = processedLogSumExp(row, fedRow.excluded, rules, kind, list.candidates, chosen);
  if (fedRow.drawnTo != -1)
    drawTo(fedRow.drawnTo, list);
  if (settings.sample)
    warp(list);
}

/// The id that follows `ids` in the soft prefix, as long as they are its beginning.
std::int32_t BeamSearch::nextOfPrefix(std::span<const std::int32_t> ids) const {
  bool isOn =
      ids.size() < softPrefix.size() && std::equal(ids.begin(), ids.end(), softPrefix.begin());
  return isOn ? softPrefix[ids.size()] : -1;
}

/// Gives a share of all probability to one id, after CTranslate2's BiasedDecoder. Nothing where it
/// is banned.
void BeamSearch::drawTo(std::int32_t id, Continuations &list) const {
  double share = double(settings.prefixBias), rest = std::log1p(-share);
  auto drawn = std::ranges::find(list.candidates, id, &Candidate::id);
  if (drawn == list.candidates.end())
    return;
  auto added = [&](double score) { return std::log((1 - share) * std::exp(score) + share); };
  for (Candidate &candidate : list.candidates)
    candidate.score =
        float(candidate.id == id ? added(double(candidate.score)) : double(candidate.score) + rest);
  if (settings.normalizesTokenScores())
    list.logSumExp = float(added(double(list.logSumExp)));
  std::sort(list.candidates.begin(), list.candidates.end(), isBetter);
}

/// Leaves the tokens that may be drawn, with the scores that the warpers give them.
void BeamSearch::warp(Continuations &list) {
  if (list.candidates.empty())
    return;
  distribution.assign(list.candidates);
  list.candidates.clear();
  auto total = float(distribution.logSumExp());
  float shift = settings.renormalize ? total : 0;
  for (const SamplingDistribution::Token &token : distribution.kept())
    list.candidates.push_back({token.id, token.score - shift, 0});
  bool isNormalized = settings.tokenScores == TRANSEPT_TOKEN_SCORES_NORMALIZED;
  list.logSumExp = isNormalized ? total - shift : 0;
}

void BeamSearch::step(BeamGroup &group, std::span<const Continuations> lists) {
  auto count = std::size_t(settings.beamCandidates());
  if (settings.sample)
    drawChoices(group.beams(), lists, count,
                {settings.seed, number, /*sample=*/0, std::uint32_t(group.length())},
                settings.vocabularySize, choices);
  else
    chooseBest(group.beams(), lists, count, settings.vocabularySize, choices);
  // Without a vocabulary of the caller's, any other token is as good.
  if (!settings.vocabulary.empty() && choices.front().sum == -INFINITY &&
      group.hypotheses().all().empty())
    rules.checkNothingWasAllowed(group.beams().front().ids);
  group.apply(choices, lists);
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
    append({forced, 0, 0});
  }
}

/// All beams go on with one token.
void BeamSearch::append(const ChosenToken &token) {
  bool wereEqual = areEqual;
  shareCache();
  for (BeamGroup &group : groups)
    if (!group.isDone())
      stepForced(group, token);
  if (wereEqual)
    findWhetherEqual();
}

void BeamSearch::stepForced(BeamGroup &group, const ChosenToken &token) {
  for (std::size_t index = 0; index < continuations.size(); ++index) {
    Continuations &list = continuations[index];
    list.logSumExp = token.score - token.tokenScore;
    list.candidates.clear();
    if (!rules.isForbidden(token.id, group.beams()[index].ids))
      list.candidates.push_back({token.id, token.score, 0});
  }
  chooseBest(group.beams(), continuations, std::size_t(settings.beamCandidates()),
             settings.vocabularySize, choices);
  group.apply(choices, continuations);
}

void BeamSearch::findWhetherEqual() {
  const Beam &first = groups.front().beams().front();
  areEqual = std::all_of(groups.begin(), groups.end(), [&](const BeamGroup &group) {
    return !group.isDone() && std::all_of(group.beams().begin(), group.beams().end(),
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
  return std::move(results);
}

void BeamSearch::endEarly() {
  if (isDone())
    return;
  for (BeamGroup &group : groups)
    group.endEarly();
  results = takeSequences(groups, settings, TRANSEPT_FINISH_CANCELLED);
}

/// Tells the listener what became certain, and makes the results once all groups are done.
void BeamSearch::tell() {
  if (isDone()) {
    results = takeSequences(groups, settings, TRANSEPT_FINISH_LENGTH);
    for (const std::vector<std::int32_t> &ids = results.front().ids; toldCount < ids.size();)
      listener.tell(ids[toldCount++]);
    return;
  }
  while (listener.call) {
    std::optional<std::int32_t> id = sharedId(groups, settings, toldCount);
    if (!id)
      return;
    ++toldCount;
    listener.tell(*id);
  }
}

} // namespace transept::runtime

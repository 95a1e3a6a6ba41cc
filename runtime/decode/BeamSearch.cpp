// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, GenerationMixin._beam_search and BeamSearchScorer: log-probabilities
// first, rules act on them and, unless asked, nothing renormalizes them. Ties, which torch leaves
// open, go to the lower beam, then to the higher log-probability, then to the lower id.

#include "runtime/decode/BeamSearch.h"

#include "runtime/decode/WholeRows.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

BeamSearch::BeamSearch(SearchStart start)
    : settings(start.settings), rules(start.rules()), entry(start.entry),
      hypotheses(start.settings) {
  auto count = std::size_t(settings.beams);
  for (std::vector<Beam> *set : {&beams, &nextBeams}) {
    set->reserve(count);
    for (std::size_t beam = 0; beam < count; ++beam)
      set->push_back({start.prompt, SelfCache(start.pages), beam == 0 ? 0.0f : -1e9f});
  }
  areEqual = !rules.differByBeam();
  excluded.resize(count);
  candidates.resize(count);
  appendForced();
}

std::int64_t BeamSearch::pendingRows() const {
  return std::int64_t(fedBeams()) * (length() - beams.front().cache.length());
}

void BeamSearch::prefill(DecodeBatch &batch, std::int64_t rowLimit) {
  for (std::size_t beam = 0; beam < fedBeams(); ++beam)
    prefillSequence(batch, entry, beams[beam].cache, beams[beam].ids, rowLimit);
}

void BeamSearch::addRows(DecodeBatch &batch) {
  batch.setSource(entry);
  for (std::size_t index = 0; index < fedBeams(); ++index) {
    Beam &beam = beams[index];
    // What is impossible already stays so, whatever follows.
    if (beam.score == -INFINITY)
      excluded[index].banAll();
    else
      rules.collect(beam.ids, excluded[index], /*isFirstBeam=*/index == 0);
    batch.addSequence(beam.cache, std::span(beam.ids).subspan(std::size_t(beam.cache.length())));
    std::size_t request = batch.request(excluded[index].ids);
    if (index == 0)
      firstRequest = request;
  }
}

void BeamSearch::advance(const DecodeBatch &batch) {
  for (std::size_t index = 0; index < fedBeams(); ++index) {
    RowScores row = batch.scores(firstRequest + index);
    if (settings.renormalize)
      renormalizedCandidates(row, excluded[index], rules, settings.beamCandidates(),
                             candidates[index]);
    else
      mergeCandidates(row, excluded[index], rules, ScoreKind::LogProbability, candidates[index]);
  }
  choose(std::span(candidates).first(fedBeams()));
  applyChoices();
  appendForced();
}

/// Forced tokens need no scores, so no step: their rows go along with the next one.
void BeamSearch::appendForced() {
  while (!done) {
    std::int32_t forced = rules.forcedId(length());
    if (forced == -1)
      return;
    for (std::size_t index = 0; index < fedBeams(); ++index) {
      candidates[index].clear();
      if (!rules.isForbidden(forced, beams[index].ids))
        candidates[index].push_back({forced, 0, 0});
    }
    bool wereEqual = areEqual;
    choose(std::span(candidates).first(fedBeams()));
    applyChoices();
    if (done || !wereEqual)
      continue;
    areEqual = std::all_of(beams.begin(), beams.end(),
                           [&](const Beam &beam) { return beam.ids == beams.front().ids; });
    for (std::size_t index = 1; areEqual && index != beams.size(); ++index)
      beams[index].cache.clear();
  }
}

/// Picks the best continuations of all beams. One list of candidates stands for all equal beams.
void BeamSearch::choose(std::span<const std::vector<Candidate>> lists) {
  auto count = std::size_t(settings.beamCandidates());
  choices.clear();
  for (std::size_t beam = 0; beam < beams.size(); ++beam) {
    const std::vector<Candidate> &list = lists[lists.size() == 1 ? 0 : beam];
    for (std::size_t rank = 0; rank < std::min(list.size(), count); ++rank) {
      float sum = list[rank].score + beams[beam].score;
      if (sum > -INFINITY)
        choices.push_back({sum, std::int32_t(beam), std::int32_t(rank), list[rank].id});
    }
  }
  auto middle = choices.begin() + std::ptrdiff_t(std::min(count, choices.size()));
  std::partial_sort(
      choices.begin(), middle, choices.end(), [](const Choice &left, const Choice &right) {
        if (left.sum != right.sum)
          return left.sum > right.sum;
        return left.beam != right.beam ? left.beam < right.beam : left.rank < right.rank;
      });
  choices.erase(middle, choices.end());
  fillWithImpossible();
}

/// When fewer continuations are possible than asked for, Hugging Face's top-k returns impossible
/// ones (-inf); ours are the first of them. All possible ones are among the choices then.
void BeamSearch::fillWithImpossible() {
  auto count = std::size_t(settings.beamCandidates());
  std::size_t possible = choices.size();
  for (std::size_t beam = 0; beam < beams.size() && choices.size() < count; ++beam) {
    for (std::uint64_t id = 0; id < settings.vocabularySize && choices.size() < count; ++id) {
      auto isThis = [&](const Choice &choice) {
        return choice.beam == std::int32_t(beam) && choice.id == std::int32_t(id);
      };
      auto end = choices.begin() + std::ptrdiff_t(possible);
      if (std::none_of(choices.begin(), end, isThis))
        choices.push_back({-INFINITY, std::int32_t(beam), 0, std::int32_t(id)});
    }
  }
}

void BeamSearch::applyChoices() {
  continued.clear();
  std::int64_t generated = length() + 1 - rules.promptLength();
  for (std::size_t rank = 0; rank < choices.size() && continued.size() != beams.size(); ++rank) {
    const Choice &choice = choices[rank];
    if (!rules.isEnd(choice.id))
      continued.push_back(choice);
    else if (rank < beams.size())
      hypotheses.add(beams[std::size_t(choice.beam)].ids, choice.sum, generated,
                     /*hasEnded=*/true);
  }
  if (hypotheses.isDone(choices.front().sum, generated,
                        rules.maximumLength() - rules.promptLength())) {
    finish();
    return;
  }
  continueBeams();
  if (length() < rules.maximumLength())
    return;
  for (const Beam &beam : beams)
    hypotheses.add(beam.ids, beam.score, generated, /*hasEnded=*/false);
  finish();
}

void BeamSearch::continueBeams() {
  for (std::size_t index = 0; index < beams.size(); ++index) {
    const Choice &choice = continued[index];
    const Beam &parent = beams[std::size_t(choice.beam)];
    Beam &next = nextBeams[index];
    next.ids.assign(parent.ids.begin(), parent.ids.end());
    next.ids.push_back(choice.id);
    next.cache.assignFork(areEqual ? beams.front().cache : parent.cache);
    next.score = choice.sum;
  }
  // The parents' references go first: a page with one child left is then appended in place.
  for (Beam &beam : beams)
    beam.cache.clear();
  beams.swap(nextBeams);
  areEqual = false;
}

void BeamSearch::finish() {
  done = true;
  for (Beam &beam : beams)
    beam.cache.clear();
}

std::vector<GeneratedSequence> BeamSearch::take() {
  std::vector<GeneratedSequence> sequences;
  for (Hypothesis &hypothesis : hypotheses.takeBest(settings.returnCount)) {
    if (hypothesis.hasEnded)
      hypothesis.ids.push_back(settings.ends.front());
    sequences.push_back({std::move(hypothesis.ids), float(hypothesis.score),
                         hypothesis.hasEnded ? TRANSEPT_FINISH_END : TRANSEPT_FINISH_LENGTH});
  }
  return sequences;
}

} // namespace transept::runtime

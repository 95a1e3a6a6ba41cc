// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, BeamSearchScorer and, with forced words, ConstrainedBeamSearchScorer.

#include "runtime/decode/BeamGroup.h"

#include "runtime/decode/ForcedWords.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

BeamGroup::BeamGroup(const SearchStart &start, const TokenRules &rules)
    : settings(start.settings), rules(rules), finished(start.settings) {
  auto count = std::size_t(settings.groupSize());
  for (std::vector<Beam> *set : {&current, &next}) {
    set->reserve(count);
    for (std::size_t beam = 0; beam < count; ++beam)
      set->push_back({start.prompt, SelfCache(start.pages), beam == 0 ? 0.0f : -1e9f});
  }
}

void BeamGroup::apply(std::span<const Choice> choices, std::span<const Continuations> lists) {
  std::int64_t generated = generatedLength() + 1;
  sortChoices(choices);
  if (!settings.forcedWords.empty())
    steerToForcedWords(settings, current, lists, continued);
  bool canGoOn =
      settings.stopStrings.empty() ||
      std::ranges::any_of(continued, [](const Choice &choice) { return choice.sum > -INFINITY; });
  if (!canGoOn && finished.all().empty())
    addOpenBeams();
  if (!canGoOn || finished.isDone(choices.front().sum, generated,
                                  rules.maximumLength() - rules.promptLength())) {
    finish();
    return;
  }
  continueBeams();
  if (length() < rules.maximumLength())
    return;
  addOpenBeams();
  finish();
}

/// Those that end become hypotheses, the others continue beams.
void BeamGroup::sortChoices(std::span<const Choice> choices) {
  continued.clear();
  for (std::size_t rank = 0; rank < choices.size() && continued.size() != current.size(); ++rank) {
    const Choice &choice = choices[rank];
    const Beam &beam = current[std::size_t(choice.beam)];
    std::optional<std::uint32_t> reason = rules.finishReason(beam.ids, choice.id);
    if (!reason)
      continued.push_back(choice);
    else if (rank < current.size() && hasForcedWords(beam))
      finished.add({beam.ids, choice.sum, beam.tokenScores, reason, choice.id, choice.tokenScore},
                   generatedLength() + 1);
  }
  // There are more choices than end ids, but any number may complete a stop string.
  while (continued.size() != current.size())
    continued.push_back({-INFINITY, 0, 0, choices.front().id, -INFINITY});
}

bool BeamGroup::hasForcedWords(const Beam &beam) const {
  if (settings.forcedWords.empty())
    return true;
  ForcedWordsProgress progress(settings);
  progress.add(beam.ids);
  return progress.isComplete();
}

void BeamGroup::continueBeams() {
  for (std::size_t index = 0; index < current.size(); ++index) {
    const Choice &choice = continued[index];
    const Beam &parent = current[std::size_t(choice.beam)];
    Beam &child = next[index];
    child.ids.assign(parent.ids.begin(), parent.ids.end());
    child.ids.push_back(choice.id);
    child.cache.assignFork(parent.cache);
    child.score = choice.sum;
    if (!settings.keepsTokenScores())
      continue;
    child.tokenScores.assign(parent.tokenScores.begin(), parent.tokenScores.end());
    child.tokenScores.push_back(choice.tokenScore);
  }
  // The parents' references go first: a page with one child left is then appended in place.
  for (Beam &beam : current)
    beam.cache.clear();
  current.swap(next);
}

/// Those that lack forced words only where there are too few others.
void BeamGroup::addOpenBeams() {
  std::int64_t generated = std::max<std::int64_t>(1, generatedLength()), count = 0;
  auto addWhere = [&](bool isComplete) {
    for (const Beam &beam : current) {
      if (hasForcedWords(beam) != isComplete)
        continue;
      finished.add({beam.ids, beam.score, beam.tokenScores}, generated);
      ++count;
    }
  };
  addWhere(true);
  if (count < settings.returnCount)
    addWhere(false);
}

void BeamGroup::endEarly() {
  if (done)
    return;
  addOpenBeams();
  finish();
}

void BeamGroup::finish() {
  done = true;
  for (Beam &beam : current)
    beam.cache.clear();
}

} // namespace transept::runtime

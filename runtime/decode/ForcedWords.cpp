// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, beam_constraints.py and ConstrainedBeamSearchScorer. Two things differ.
// There, hypotheses that are tried within a begun word share its tokens by mistake, so that the
// second of two ways on counts as no progress. And beams go on there with words that the rules ban,
// at -infinity, and may come out.

#include "runtime/decode/ForcedWords.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace transept::runtime {

using Words = std::vector<std::vector<std::int32_t>>;

ForcedWordsProgress::ForcedWordsProgress(const GenerationSettings &settings)
    : settings(&settings), pending(settings.forcedWords.size()) {
  std::iota(pending.begin(), pending.end(), std::size_t(0));
}

void ForcedWordsProgress::add(std::span<const std::int32_t> ids) {
  for (std::int32_t id : ids)
    add(id);
}

/// An id that breaks a begun word off begins no other one.
void ForcedWordsProgress::add(std::int32_t id) {
  if (begun) {
    if (!doesAdvance(*begun, id)) {
      pending.push_back(begun->choice);
      begun.reset();
      return;
    }
    begun->ids.push_back(id);
  } else {
    auto found = std::find_if(pending.begin(), pending.end(),
                              [&](std::size_t choice) { return doesAdvance({choice, {}}, id); });
    if (found == pending.end())
      return;
    begun = Begun{*found, {id}};
    pending.erase(found);
  }
  if (!isWord(*begun))
    return;
  ++completed;
  begun.reset();
}

bool ForcedWordsProgress::doesAdvance(const Begun &from, std::int32_t id) const {
  const Words &words = settings->forcedWords[from.choice];
  return std::any_of(words.begin(), words.end(), [&](const std::vector<std::int32_t> &word) {
    return word.size() > from.ids.size() && word[from.ids.size()] == id &&
           std::equal(from.ids.begin(), from.ids.end(), word.begin());
  });
}

bool ForcedWordsProgress::isWord(const Begun &from) const {
  const Words &words = settings->forcedWords[from.choice];
  return std::find(words.begin(), words.end(), from.ids) != words.end();
}

std::size_t ForcedWordsProgress::longestOf(const Words &words) {
  std::size_t longest = 0;
  for (const std::vector<std::int32_t> &word : words)
    longest = std::max(longest, word.size());
  return longest;
}

std::int64_t ForcedWordsProgress::bank() const {
  std::size_t longest = 0;
  for (const Words &words : settings->forcedWords)
    longest = std::max(longest, longestOf(words));
  std::int64_t bank = completed * std::int64_t(longest);
  if (begun) // the nearer its end, the more
    bank +=
        std::int64_t(longest + begun->ids.size() - longestOf(settings->forcedWords[begun->choice]));
  return bank;
}

void ForcedWordsProgress::advancing(std::vector<std::int32_t> &ids) const {
  ids.clear();
  auto addNext = [&](const Begun &from) {
    for (const std::vector<std::int32_t> &word : settings->forcedWords[from.choice]) {
      bool isOn = word.size() > from.ids.size() &&
                  std::equal(from.ids.begin(), from.ids.end(), word.begin());
      if (isOn && std::find(ids.begin(), ids.end(), word[from.ids.size()]) == ids.end())
        ids.push_back(word[from.ids.size()]);
    }
  };
  if (begun)
    return addNext(*begun);
  for (std::size_t choice : pending)
    addNext({choice, {}});
}

void requestForcedWords(const GenerationSettings &settings, std::span<const std::int32_t> ids,
                        ExcludedIds &excluded) {
  ForcedWordsProgress progress(settings);
  progress.add(ids);
  std::vector<std::int32_t> advancing;
  progress.advancing(advancing);
  for (std::int32_t id : advancing)
    excluded.add(id);
}

namespace {

/// A continuation and how far it would be.
struct Prospect {
  Choice choice;
  std::int64_t bank;

  /// Banks go first, as far as sums are above -100.
  float rating() const { return float(bank * 100) + choice.sum; }
};

Choice advancingChoice(const Beam &beam, std::size_t number, const Continuations &list,
                       std::int32_t id) {
  Choice choice{-INFINITY, std::int32_t(number), 0, id, -INFINITY};
  for (const Candidate &candidate : list.candidates)
    if (candidate.id == id) {
      choice.sum = candidate.score + beam.score;
      choice.tokenScore = list.tokenScore(candidate);
    }
  return choice;
}

/// Whether one of the prospects leads to the same ids as `choice`.
bool isAmong(std::span<const Beam> beams, const std::vector<Prospect> &prospects,
             const Choice &choice) {
  return std::any_of(prospects.begin(), prospects.end(), [&](const Prospect &other) {
    return other.choice.id == choice.id &&
           beams[std::size_t(other.choice.beam)].ids == beams[std::size_t(choice.beam)].ids;
  });
}

/// Reorders rated prospects: the best of each bank, then the second of each, and so on.
void takeBanksInTurn(std::vector<Prospect> &prospects) {
  std::vector<std::pair<int, Prospect>> turns;
  for (std::size_t index = 0; index < prospects.size(); ++index) {
    bool goesOn = index != 0 && prospects[index].bank == prospects[index - 1].bank;
    turns.push_back({goesOn ? turns.back().first + 1 : 0, prospects[index]});
  }
  std::stable_sort(turns.begin(), turns.end(),
                   [](const auto &left, const auto &right) { return left.first < right.first; });
  for (std::size_t index = 0; index < prospects.size(); ++index)
    prospects[index] = turns[index].second;
}

} // namespace

void steerToForcedWords(const GenerationSettings &settings, std::span<const Beam> beams,
                        std::span<const Continuations> lists, std::vector<Choice> &continued) {
  std::vector<Prospect> prospects;
  std::vector<ForcedWordsProgress> before;
  for (const Beam &beam : beams)
    before.emplace_back(settings).add(beam.ids);
  auto add = [&](const Choice &choice) {
    ForcedWordsProgress after = before[std::size_t(choice.beam)];
    after.add(choice.id);
    prospects.push_back({choice, after.bank()});
  };
  for (const Choice &choice : continued)
    add(choice);
  std::vector<std::int32_t> advancing;
  for (std::size_t beam = 0; beam < beams.size(); ++beam) {
    before[beam].advancing(advancing);
    for (std::int32_t id : advancing) {
      Choice choice = advancingChoice(beams[beam], beam, continuationsOf(lists, beam), id);
      if (choice.sum > -INFINITY && !isAmong(beams, prospects, choice))
        add(choice);
    }
  }
  if (prospects.size() == continued.size())
    return;
  std::stable_sort(
      prospects.begin(), prospects.end(),
      [](const Prospect &left, const Prospect &right) { return left.rating() > right.rating(); });
  takeBanksInTurn(prospects);
  for (std::size_t index = 0; index < continued.size(); ++index)
    continued[index] = prospects[index].choice;
}

} // namespace transept::runtime

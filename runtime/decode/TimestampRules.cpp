// SPDX-License-Identifier: Apache-2.0
//
// Where hardly any text may follow, the ids that may are few: then they are excluded as well, and
// everything that the vocabulary search finds is dropped.

#include "runtime/decode/TimestampRules.h"

#include "runtime/decode/Candidates.h"

#include <algorithm>
#include <cmath>

namespace transept::runtime {

TimestampRules::Allowed TimestampRules::allowedAfter(std::span<const std::int32_t> ids) const {
  std::int32_t begin = settings.firstTimestamp;
  Allowed allowed{0, begin, std::int32_t(settings.vocabularySize)};
  std::span<const std::int32_t> text = ids.subspan(std::min(prompt, ids.size()));
  if (text.empty()) {
    allowed.firstText = begin;
    if (settings.maximumInitialTimestamp != -1)
      allowed.last = std::int32_t(std::min<std::int64_t>(
          allowed.last, std::int64_t(begin) + settings.maximumInitialTimestamp + 1));
    return allowed;
  }
  bool wasLast = isTimestamp(text.back());
  bool wasBefore = text.size() < 2 || isTimestamp(text[text.size() - 2]);
  bool closesPair = wasLast && !wasBefore;
  auto latest =
      std::find_if(text.rbegin(), text.rend(), [this](std::int32_t id) { return isTimestamp(id); });
  if (latest != text.rend())
    allowed.first = closesPair ? *latest : *latest + 1;
  if (wasLast && wasBefore)
    allowed.last = begin;
  if (closesPair) // now the pair's second one, or the end
    allowed.firstText = settings.ends.empty() ? begin : std::min(settings.ends.front(), begin);
  return allowed;
}

bool TimestampRules::forbids(std::int32_t id, std::span<const std::int32_t> ids) const {
  Allowed allowed = allowedAfter(ids);
  if (isTimestamp(id))
    return id < allowed.first || id >= allowed.last;
  return id < allowed.firstText || id == settings.noTimestamps;
}

void TimestampRules::collect(std::span<const std::int32_t> ids, ExcludedIds &result) const {
  const Allowed allowed = allowedAfter(ids);
  std::int32_t begin = settings.firstTimestamp;
  result.areOthersBanned = allowed.firstText > 0;
  result.others.swap(result.changes);
  result.changes.clear();
  auto other = result.others.begin(), end = result.others.end();
  auto add = [&](std::int32_t id, bool isBanned) {
    while (other != end && other->id < id)
      ++other;
    ChangedId change = other != end && other->id == id ? *other : ChangedId{id};
    if (isBanned)
      change.changes |= ScoreChange::Ban;
    result.changes.push_back(change);
  };
  if (result.areOthersBanned)
    for (std::int32_t id = allowed.firstText; id < begin; ++id)
      add(id, /*isBanned=*/false);
  else
    for (; other != end && other->id < begin; ++other)
      result.changes.push_back(*other);
  for (std::int32_t id = begin; id < std::int32_t(settings.vocabularySize); ++id)
    add(id, id < allowed.first || id >= allowed.last);
}

void TimestampRules::preferTimestamps(std::vector<Candidate> &candidates) const {
  float bestText = -INFINITY, bestTimestamp = -INFINITY;
  for (const Candidate &candidate : candidates) {
    float &best = isTimestamp(candidate.id) ? bestTimestamp : bestText;
    best = std::max(best, candidate.score);
  }
  if (bestTimestamp == -INFINITY || bestText == -INFINITY)
    return;
  double sum = 0; // of exp(score - best), so that nothing overflows
  for (const Candidate &candidate : candidates)
    if (isTimestamp(candidate.id))
      sum += std::exp(double(candidate.score) - double(bestTimestamp));
  if (bestTimestamp + std::log(sum) > bestText)
    std::erase_if(candidates,
                  [this](const Candidate &candidate) { return !isTimestamp(candidate.id); });
}

} // namespace transept::runtime

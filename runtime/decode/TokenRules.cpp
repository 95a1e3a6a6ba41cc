// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, generation/logits_process.py. The order of its processors matters only
// between forcing and suppression: penalties before a ban are lost in it, bans are the same twice.

#include "runtime/decode/TokenRules.h"

#include <algorithm>

namespace transept::runtime {
namespace {

using Ids = std::span<const std::int32_t>;

/// Calls `ban` with each id that followed the last size - 1 ids of `history` somewhere in `text`.
template <typename Ban> void banNgrams(Ids text, Ids history, std::int64_t size, Ban &&ban) {
  auto prefix = std::size_t(size - 1);
  if (size == 0 || history.size() < prefix || text.size() <= prefix)
    return;
  Ids last = history.last(prefix);
  for (std::size_t at = 0; at + prefix < text.size(); ++at)
    if (std::equal(last.begin(), last.end(), text.begin() + std::ptrdiff_t(at)))
      ban(text[at + prefix]);
}

} // namespace

TokenRules::TokenRules(const GenerationSettings &settings, Ids givenSourceIds,
                       std::int64_t promptLength)
    : settings(settings), timestamps(settings, promptLength), source(givenSourceIds),
      prompt(promptLength) {
  maximum =
      settings.maximumNewTokens == -1 ? settings.maximumLength : prompt + settings.maximumNewTokens;
  if (settings.maximumTargetLength < INT32_MAX)
    maximum = std::min(maximum, std::int64_t(settings.maximumTargetLength) + 1);
  minimum =
      settings.minimumNewTokens == -1 ? settings.minimumLength : prompt + settings.minimumNewTokens;
  // A forced beginning counts as part of the prompt.
  beginning = prompt > 1 || settings.forcedBeginning == -1 ? prompt : prompt + 1;
}

bool TokenRules::isEnd(std::int32_t id) const {
  return std::find(settings.ends.begin(), settings.ends.end(), id) != settings.ends.end();
}

std::int32_t TokenRules::forcedId(std::int64_t length) const {
  if (settings.forcedEnd != -1 && length == maximum - 1)
    return settings.forcedEnd;
  return length == 1 ? settings.forcedBeginning : -1;
}

bool TokenRules::isForbidden(std::int32_t id, Ids ids) const {
  auto contains = [&](const std::vector<std::int32_t> &list) {
    return std::binary_search(list.begin(), list.end(), id);
  };
  return contains(settings.suppressed) ||
         (std::int64_t(ids.size()) == beginning && contains(settings.beginningSuppressed)) ||
         (timestamps.areOn() && timestamps.forbids(id, ids));
}

void TokenRules::collect(Ids ids, ExcludedIds &result) const {
  std::vector<ChangedId> &changes = result.changes;
  changes.clear();
  auto ban = [&](std::int32_t id) { changes.push_back({id, ScoreChange::Ban}); };
  auto banAll = [&](const std::vector<std::int32_t> &list) {
    std::for_each(list.begin(), list.end(), ban);
  };
  auto length = std::int64_t(ids.size());
  if (settings.repetitionPenalty != 1)
    for (std::int32_t id : ids)
      changes.push_back({id, ScoreChange::Penalize});
  banAll(settings.suppressed);
  banAll(settings.badIds);
  if (settings.noTimestamps != -1)
    ban(settings.noTimestamps);
  if (length == beginning)
    banAll(settings.beginningSuppressed);
  if (length < minimum)
    banAll(settings.ends);
  banNgrams(ids, ids, settings.noRepeatNgramSize, ban);
  // The source may have ids that the target's vocabulary lacks.
  banNgrams(source, ids, settings.encoderNoRepeatNgramSize, [&](std::int32_t id) {
    if (id >= 0 && std::uint64_t(id) < settings.vocabularySize)
      ban(id);
  });
  for (const std::vector<std::int32_t> &word : settings.badSequences) {
    // Hugging Face ignores a word longer than the sequence, even where its prefix would fit.
    if (word.size() > ids.size())
      continue;
    Ids prefix = Ids(word).first(word.size() - 1);
    if (std::equal(prefix.begin(), prefix.end(), ids.last(prefix.size()).begin()))
      ban(word.back());
  }
  // Of several changes of an id the strongest stays.
  std::sort(changes.begin(), changes.end(), [](const ChangedId &left, const ChangedId &right) {
    return left.id != right.id ? left.id < right.id : left.change < right.change;
  });
  auto isSameId = [](const ChangedId &left, const ChangedId &right) { return left.id == right.id; };
  changes.erase(std::unique(changes.begin(), changes.end(), isSameId), changes.end());
  result.areOthersBanned = false;
  if (timestamps.areOn())
    timestamps.collect(ids, result);
  result.ids.clear();
  for (const ChangedId &changed : changes)
    result.ids.push_back(changed.id);
}

} // namespace transept::runtime

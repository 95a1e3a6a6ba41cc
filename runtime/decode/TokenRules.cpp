// SPDX-License-Identifier: Apache-2.0
//
// After transformers 4.44, generation/logits_process.py. The order of its processors matters
// between forcing and suppression, and between what changes one score: a bias, the penalty of the
// source, that of repetition, the decaying one. What comes before a ban is lost in it, bans are the
// same twice.

#include "runtime/decode/TokenRules.h"

#include "runtime/base/Messages.h"

#include <algorithm>
#include <cfloat>
#include <cmath>

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

/// Whether `sequence` is there once its last id follows `ids`, which are not empty. Hugging Face
/// ignores one that is longer than these, even where what is before its last id would fit.
bool isCompletedAfter(Ids ids, Ids sequence) {
  if (sequence.size() > ids.size())
    return false;
  Ids prefix = sequence.first(sequence.size() - 1);
  return std::equal(prefix.begin(), prefix.end(), ids.last(prefix.size()).begin());
}

float penalize(float score, float penalty) {
  return score < 0 ? score * penalty : score / penalty;
}

/// Puts the changes in the order of their ids, those of one id together.
void mergeChanges(std::vector<ChangedId> &changes) {
  std::ranges::sort(changes, {}, &ChangedId::id);
  std::size_t kept = 0;
  for (const ChangedId &each : changes) {
    if (kept == 0 || changes[kept - 1].id != each.id) {
      changes[kept++] = each;
      continue;
    }
    // One of them at most has a bias, so their order is nothing to the sum; all growth is the same.
    ChangedId &merged = changes[kept - 1];
    merged.changes |= each.changes;
    merged.bias += each.bias;
    merged.growth = each.growth != 0 ? each.growth : merged.growth;
  }
  changes.resize(kept, {});
}

} // namespace

TokenRules::TokenRules(const GenerationSettings &settings, Ids givenSourceIds,
                       std::int64_t promptLength, AllowedTokens allowed, const StopStrings *stops)
    : settings(settings), timestamps(settings, promptLength), allowed(allowed), stops(stops),
      source(givenSourceIds), prompt(promptLength) {
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

void TokenRules::checkNothingWasAllowed(Ids ids) const {
  if (allowed.areOn())
    fail(ErrorCode::InvalidArgument, "there is no token to choose: other options ban all that ",
         settings.named("allowed_ids", "allowedIds"), " allows behind ", ids.size(),
         " tokens of a result");
  if (!settings.vocabulary.empty())
    fail(ErrorCode::InvalidArgument, "there is no token to choose: other options ban all of ",
         settings.named("vocabulary_ids", "vocabulary"), " behind ", ids.size(),
         " tokens of a result");
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

float TokenRules::changed(float score, const ChangedId &change) const {
  score += change.bias;
  if (change.changes & ScoreChange::PenalizeSource)
    score = penalize(score, 1 / settings.encoderRepetitionPenalty);
  if (change.changes & ScoreChange::Penalize)
    score = penalize(score, settings.repetitionPenalty);
  if (change.growth != 0) // bounded, so that sums stay numbers
    score += std::min(std::abs(score) * change.growth, FLT_MAX);
  return score;
}

/// One change for each id, with the sum of its biases.
void TokenRules::collectBiases(Ids ids, std::vector<ChangedId> &changes) const {
  for (const BiasedSequence &biased : settings.sequenceBiases) {
    if (!isCompletedAfter(ids, biased.ids))
      continue;
    if (changes.empty() || changes.back().id != biased.ids.back())
      changes.push_back({biased.ids.back()});
    changes.back().bias += biased.bias;
  }
}

void TokenRules::collectPenalties(Ids ids, bool isFirstBeam,
                                  std::vector<ChangedId> &changes) const {
  if (settings.encoderRepetitionPenalty != 1 && isFirstBeam)
    for (std::int32_t id : source)
      if (isInVocabulary(id))
        changes.push_back({id, ScoreChange::PenalizeSource});
  if (settings.repetitionPenalty != 1)
    for (std::int32_t id : ids)
      changes.push_back({id, ScoreChange::Penalize});
  std::int64_t beyond = std::int64_t(ids.size()) - prompt - settings.exponentialDecay.start;
  if (settings.exponentialDecay.factor == 1 || beyond <= 0)
    return;
  double growth = std::pow(double(settings.exponentialDecay.factor), double(beyond)) - 1;
  for (std::int32_t id : settings.ends)
    changes.push_back({.id = id, .growth = float(std::min(growth, double(FLT_MAX)))});
}

void TokenRules::collectBans(Ids ids, std::vector<ChangedId> &changes) const {
  auto ban = [&](std::int32_t id) { changes.push_back({id, ScoreChange::Ban}); };
  auto banAll = [&](const std::vector<std::int32_t> &list) {
    std::for_each(list.begin(), list.end(), ban);
  };
  auto length = std::int64_t(ids.size());
  banAll(settings.suppressed);
  banAll(settings.badWords.ids);
  if (settings.noTimestamps != -1)
    ban(settings.noTimestamps);
  if (length == beginning)
    banAll(settings.beginningSuppressed);
  if (length < minimum)
    banAll(settings.ends);
  banNgrams(ids, ids, settings.noRepeatNgramSize, ban);
  banNgrams(source, ids, settings.encoderNoRepeatNgramSize, [&](std::int32_t id) {
    if (isInVocabulary(id))
      ban(id);
  });
  for (const std::vector<std::int32_t> &word : settings.badWords.sequences)
    if (isCompletedAfter(ids, word))
      ban(word.back());
}

void TokenRules::collect(Ids ids, ExcludedIds &result, bool isFirstBeam) const {
  std::vector<ChangedId> &changes = result.changes;
  changes.clear();
  collectBiases(ids, changes);
  collectPenalties(ids, isFirstBeam, changes);
  collectBans(ids, changes);
  mergeChanges(changes);
  result.areOthersBanned = false;
  if (timestamps.areOn())
    timestamps.collect(ids, result);
  if (allowed.areOn())
    allowed.keepOnly(settings, ids, beginning, result);
  result.ids.clear();
  for (const ChangedId &changed : result.changes)
    result.ids.push_back(changed.id);
}

} // namespace transept::runtime

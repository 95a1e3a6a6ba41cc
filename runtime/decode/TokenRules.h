// SPDX-License-Identifier: Apache-2.0
//
// Hugging Face's logits processors, sparsely: which ids of the next token's scores they change.
// Only those ids leave the vocabulary search; everything else stays in generated code.
#ifndef TRANSEPT_RUNTIME_DECODE_TOKENRULES_H
#define TRANSEPT_RUNTIME_DECODE_TOKENRULES_H

#include "runtime/decode/AllowedTokens.h"
#include "runtime/decode/StopStrings.h"
#include "runtime/decode/TimestampRules.h"

#include <optional>
#include <span>

namespace transept::runtime {

/// What rules do to a score: bits. None: they only need to know it.
struct ScoreChange {
  static constexpr std::uint8_t None = 0, Ban = 1, PenalizeSource = 2, Penalize = 4;
};

struct ChangedId {
  std::int32_t id;
  std::uint8_t changes = ScoreChange::None;
  float bias = 0;
  float growth = 0; // of the decaying length penalty: times the score's amount

  bool isBanned() const { return (changes & ScoreChange::Ban) != 0; }
};

/// The ids whose scores the rules change for one row, ascending; reused from step to step.
struct ExcludedIds {
  std::vector<std::int32_t> ids; // those of `changes`
  std::vector<ChangedId> changes;
  bool areOthersBanned = false;
  std::vector<ChangedId> others; // room for a step between

  bool bans(std::int32_t id) const {
    auto at = std::lower_bound(ids.begin(), ids.end(), id);
    bool isChanged = at != ids.end() && *at == id;
    return isChanged ? changes[std::size_t(at - ids.begin())].isBanned() : areOthersBanned;
  }
  /// Asks for the score of an id, too.
  void add(std::int32_t id) {
    auto at = std::lower_bound(ids.begin(), ids.end(), id);
    if (at != ids.end() && *at == id)
      return;
    changes.insert(changes.begin() + (at - ids.begin()),
                   {id, areOthersBanned ? ScoreChange::Ban : ScoreChange::None});
    ids.insert(at, id);
  }
  /// Nothing may follow.
  void banAll() {
    ids.clear();
    changes.clear();
    areOthersBanned = true;
  }
};

/// The rules for one source: everything that depends on its prompt's length is computed once.
class TokenRules {
public:
  /// `givenSourceIds` (masked ones included), `settings` and `stops`, which may be null, must
  /// outlive the rules.
  TokenRules(const GenerationSettings &settings, std::span<const std::int32_t> givenSourceIds,
             std::int64_t promptLength, AllowedTokens allowed = {},
             const StopStrings *stops = nullptr);

  /// Generation ends at this length, prompt included.
  std::int64_t maximumLength() const { return maximum; }
  std::int64_t promptLength() const { return prompt; }
  /// Below this length, prompt included, nothing ends a sequence.
  std::int64_t minimumLength() const { return minimum; }
  bool isEnd(std::int32_t id) const;
  /// Why a result that goes on with `id` behind `ids` is finished; nothing if it is not, the length
  /// left aside.
  std::optional<std::uint32_t> finishReason(std::span<const std::int32_t> ids,
                                            std::int32_t id) const {
    if (isEnd(id))
      return TRANSEPT_FINISH_END;
    if (stops && stops->endWithin(ids, id))
      return TRANSEPT_FINISH_STOP;
    return std::nullopt;
  }
  /// Of a search that found nothing to follow `ids`: throws Error if the caller's function or
  /// vocabulary says what may, because then no substitute is right.
  void checkNothingWasAllowed(std::span<const std::int32_t> ids) const;

  /// The only id that may follow a sequence of this length (its score is then 0), -1 for none.
  std::int32_t forcedId(std::int64_t length) const;
  /// Whether a rule that comes after forcing takes even a forced id away.
  bool isForbidden(std::int32_t id, std::span<const std::int32_t> ids) const;

  /// Whether the first beam of a search has rules that the others have not. Hugging Face puts the
  /// penalty of the source on as many rows as there are sources: of a source alone on the first
  /// beam.
  bool differByBeam() const { return settings.encoderRepetitionPenalty != 1; }
  /// What the rules change in the scores that follow `ids`, where no id is forced.
  void collect(std::span<const std::int32_t> ids, ExcludedIds &result,
               bool isFirstBeam = true) const;
  /// A score as the rules leave it where they do not ban the id: a logit in greedy search, a
  /// log-probability in beam search.
  float changed(float score, const ChangedId &change) const;
  /// Whether there are rules that look at scores.
  bool comparesScores() const { return timestamps.areOn(); }
  /// The rules that look at scores, on candidates in any order.
  void compareScores(std::vector<Candidate> &candidates) const {
    if (timestamps.areOn())
      timestamps.preferTimestamps(candidates);
  }

private:
  using Ids = std::span<const std::int32_t>;
  /// The source may have ids that the target's vocabulary lacks.
  bool isInVocabulary(std::int32_t id) const {
    return id >= 0 && std::uint64_t(id) < settings.vocabularySize;
  }
  void collectBiases(Ids ids, std::vector<ChangedId> &changes) const;
  void collectPenalties(Ids ids, bool isFirstBeam, std::vector<ChangedId> &changes) const;
  void collectBans(Ids ids, std::vector<ChangedId> &changes) const;

  const GenerationSettings &settings;
  TimestampRules timestamps;
  AllowedTokens allowed;
  const StopStrings *stops;
  std::span<const std::int32_t> source;
  std::int64_t prompt;
  std::int64_t maximum;
  std::int64_t minimum;
  std::int64_t beginning; // length at which beginningSuppressed acts
};

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Hugging Face's logits processors, sparsely: which ids of the next token's scores they change.
// Only those ids leave the vocabulary search; everything else stays in generated code.
#ifndef TRANSEPT_RUNTIME_DECODE_TOKENRULES_H
#define TRANSEPT_RUNTIME_DECODE_TOKENRULES_H

#include "runtime/decode/TimestampRules.h"

#include <span>

namespace transept::runtime {

/// What a rule does to a score, the stronger first; None: it only needs to know it.
enum class ScoreChange : std::uint8_t { Ban, Penalize, None };

struct ChangedId {
  std::int32_t id;
  ScoreChange change;
};

/// The ids whose scores the rules change for one row, ascending; reused from step to step.
struct ExcludedIds {
  std::vector<std::int32_t> ids; // those of `changes`
  std::vector<ChangedId> changes;
  bool areOthersBanned = false;
  std::vector<ChangedId> others; // room for a step between
};

/// The rules for one source: everything that depends on its prompt's length is computed once.
class TokenRules {
public:
  /// `givenSourceIds` (masked ones included) and `settings` must outlive the rules.
  TokenRules(const GenerationSettings &settings, std::span<const std::int32_t> givenSourceIds,
             std::int64_t promptLength);

  /// Generation ends at this length, prompt included.
  std::int64_t maximumLength() const { return maximum; }
  std::int64_t promptLength() const { return prompt; }
  /// Below this length, prompt included, nothing ends a sequence.
  std::int64_t minimumLength() const { return minimum; }
  bool isEnd(std::int32_t id) const;

  /// The only id that may follow a sequence of this length (its score is then 0), -1 for none.
  std::int32_t forcedId(std::int64_t length) const;
  /// Whether a rule that comes after forcing takes even a forced id away.
  bool isForbidden(std::int32_t id, std::span<const std::int32_t> ids) const;

  /// What the rules change in the scores that follow `ids`, where no id is forced.
  void collect(std::span<const std::int32_t> ids, ExcludedIds &result) const;
  /// The repetition penalty on a score: a logit in greedy search, a log-probability in beam search.
  float penalize(float score) const {
    return score < 0 ? score * settings.repetitionPenalty : score / settings.repetitionPenalty;
  }
  /// Whether there are rules that look at scores.
  bool comparesScores() const { return timestamps.areOn(); }
  /// The rules that look at scores, on candidates in any order.
  void compareScores(std::vector<Candidate> &candidates) const {
    if (timestamps.areOn())
      timestamps.preferTimestamps(candidates);
  }

private:
  const GenerationSettings &settings;
  TimestampRules timestamps;
  std::span<const std::int32_t> source;
  std::int64_t prompt;
  std::int64_t maximum;
  std::int64_t minimum;
  std::int64_t beginning; // length at which beginningSuppressed acts
};

} // namespace transept::runtime

#endif

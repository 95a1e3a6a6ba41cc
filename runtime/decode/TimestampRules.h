// SPDX-License-Identifier: Apache-2.0
//
// The rules of transcripts with times (transformers 4.44, the timestamp processor of its speech
// models). Timestamps are the ids from one on. A transcript begins with one; they come in pairs,
// except before the end; they do not decrease, and only the first of a pair may repeat the one
// before it. Where all timestamps together are more likely than any text, no text may follow.
#ifndef TRANSEPT_RUNTIME_DECODE_TIMESTAMPRULES_H
#define TRANSEPT_RUNTIME_DECODE_TIMESTAMPRULES_H

#include "runtime/decode/GenerationSettings.h"

#include <span>

namespace transept::runtime {

struct Candidate;
struct ExcludedIds;

class TimestampRules {
public:
  /// `settings` must outlive the rules.
  TimestampRules(const GenerationSettings &settings, std::int64_t promptLength)
      : settings(settings), prompt(std::size_t(promptLength)) {}

  /// Whether the settings ask for them; without, nothing else may be called.
  bool areOn() const { return settings.firstTimestamp != -1; }
  /// Whether `id` must not follow `ids`, whatever the scores are.
  bool forbids(std::int32_t id, std::span<const std::int32_t> ids) const;
  /// Adds to what the other rules change in the scores that follow `ids`: every timestamp becomes
  /// one of the excluded ids, because their scores are needed together.
  void collect(std::span<const std::int32_t> ids, ExcludedIds &result) const;
  /// Removes the text from the candidates (in any order) if the timestamps together beat it. The
  /// best text and all timestamps must be among them.
  void preferTimestamps(std::vector<Candidate> &candidates) const;

private:
  /// What may follow a sequence: text from firstText on, timestamps from `first` to below `last`.
  struct Allowed {
    std::int32_t firstText, first, last;
  };
  Allowed allowedAfter(std::span<const std::int32_t> ids) const;
  bool isTimestamp(std::int32_t id) const { return id >= settings.firstTimestamp; }

  const GenerationSettings &settings;
  std::size_t prompt;
};

} // namespace transept::runtime

#endif

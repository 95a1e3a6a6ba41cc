// SPDX-License-Identifier: Apache-2.0
//
// Constrained beam search: words that have to be in a result. Beside the best continuations of all
// beams, those that bring a beam nearer to its words are looked at, and the beams of the next step
// are taken in turn from all stages of progress.
#ifndef TRANSEPT_RUNTIME_DECODE_FORCEDWORDS_H
#define TRANSEPT_RUNTIME_DECODE_FORCEDWORDS_H

#include "runtime/decode/Beams.h"

#include <optional>

namespace transept::runtime {

/// How far one sequence is with the words.
class ForcedWordsProgress {
public:
  /// Of an empty sequence; `settings` must outlive it.
  explicit ForcedWordsProgress(const GenerationSettings &settings);

  void add(std::int32_t id);
  void add(std::span<const std::int32_t> ids);
  bool isComplete() const { return pending.empty() && !begun; }
  /// How much is done: words, and tokens of the one that is begun.
  std::int64_t bank() const;
  /// Fills `ids` with those that make progress, in the order of the words.
  void advancing(std::vector<std::int32_t> &ids) const;

private:
  /// A choice of words of which one is enough, after some tokens of it.
  struct Begun {
    std::size_t choice;
    std::vector<std::int32_t> ids;
  };

  bool doesAdvance(const Begun &from, std::int32_t id) const;
  bool isWord(const Begun &begun) const;
  static std::size_t longestOf(const std::vector<std::vector<std::int32_t>> &words);

  const GenerationSettings *settings;
  std::vector<std::size_t> pending; // choices that are not begun
  std::optional<Begun> begun;
  std::int64_t completed = 0;
};

/// Adds the ids that make progress after `ids` to what a row is asked for, so that their scores
/// come back.
void requestForcedWords(const GenerationSettings &settings, std::span<const std::int32_t> ids,
                        ExcludedIds &excluded);

/// Replaces the continuations of a step, the best ones, by those to go on with.
void steerToForcedWords(const GenerationSettings &settings, std::span<const Beam> beams,
                        std::span<const Continuations> lists, std::vector<Choice> &continued);

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Guesses of what a result goes on with: those of the caller's function, or else what followed its
// last tokens before, after transformers' PromptLookupCandidateGenerator, which only looks at the
// result. A wrong one costs the rows that check it.
#ifndef TRANSEPT_RUNTIME_DECODE_DRAFTS_H
#define TRANSEPT_RUNTIME_DECODE_DRAFTS_H

#include "runtime/decode/TokenRules.h"

namespace transept::runtime {

/// Who guesses for one source; `call` may be null.
struct Guesser {
  transept_guess_function call = nullptr;
  void *context = nullptr;
  std::uint64_t source = 0;
};

class Drafts {
public:
  /// All must outlive the object.
  Drafts(const GenerationSettings &settings, const TokenRules &rules,
         std::span<const std::int32_t> givenSourceIds, Guesser guesser)
      : settings(settings), rules(rules), source(givenSourceIds), guesser(guesser) {}

  /// Fills `draft` with ids that may follow `ids`, none of which ends a result; behind each of them
  /// there is another token to choose. Throws Error where the caller's function asks to stop, or
  /// guesses what is no id.
  void guess(std::span<const std::int32_t> ids, std::vector<std::int32_t> &draft) const;

private:
  using Ids = std::span<const std::int32_t>;
  void ask(Ids ids, std::int64_t limit, std::vector<std::int32_t> &draft) const;
  void lookUp(Ids ids, std::int64_t limit, std::vector<std::int32_t> &draft) const;
  Ids followersOf(Ids last, Ids ids) const;
  bool canFollow(std::int32_t id, std::int64_t length) const;

  const GenerationSettings &settings;
  const TokenRules &rules;
  Ids source;
  Guesser guesser;
};

} // namespace transept::runtime

#endif

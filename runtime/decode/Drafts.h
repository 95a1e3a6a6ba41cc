// SPDX-License-Identifier: Apache-2.0
//
// Guesses of what a result goes on with, after transformers' PromptLookupCandidateGenerator, which
// only looks at the result. They cost no model; a wrong one costs the rows that check it.
#ifndef TRANSEPT_RUNTIME_DECODE_DRAFTS_H
#define TRANSEPT_RUNTIME_DECODE_DRAFTS_H

#include "runtime/decode/TokenRules.h"

namespace transept::runtime {

class Drafts {
public:
  /// All must outlive the object.
  Drafts(const GenerationSettings &settings, const TokenRules &rules,
         std::span<const std::int32_t> givenSourceIds)
      : settings(settings), rules(rules), source(givenSourceIds) {}

  /// Fills `draft` with ids that may follow `ids`, none of which ends a result; behind each of them
  /// there is another token to choose.
  void guess(std::span<const std::int32_t> ids, std::vector<std::int32_t> &draft) const;

private:
  using Ids = std::span<const std::int32_t>;
  Ids followersOf(Ids last, Ids ids) const;
  bool canFollow(std::int32_t id, std::int64_t length) const;

  const GenerationSettings &settings;
  const TokenRules &rules;
  Ids source;
};

} // namespace transept::runtime

#endif

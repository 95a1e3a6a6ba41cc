// SPDX-License-Identifier: Apache-2.0
//
// The ids that the caller's function allows behind what there is: the list is all that a row needs.
#ifndef TRANSEPT_RUNTIME_DECODE_ALLOWEDTOKENS_H
#define TRANSEPT_RUNTIME_DECODE_ALLOWEDTOKENS_H

#include "runtime/decode/GenerationSettings.h"

#include <span>
#include <string>

namespace transept::runtime {

struct ExcludedIds;

/// Throws Error where an id that a callback gave, named as "0 that guess returned", is none of the
/// vocabulary; it was asked behind `length` tokens of a source.
void checkCallbackId(const GenerationSettings &settings, std::int32_t id, const std::string &name,
                     std::size_t length, std::uint64_t source);

/// Who says what may follow the ids of one source; `call` may be null.
struct AllowedTokens {
  transept_allowed_function call = nullptr;
  void *context = nullptr;
  std::uint64_t source = 0;

  /// Whether there is such a function; without, nothing else may be called.
  bool areOn() const { return call != nullptr; }
  /// Adds to what the other rules change in the scores that follow `ids`, of which the first
  /// `generatedFrom` are no choice: every allowed id becomes one of the excluded ids, all others
  /// are banned. Throws Error where the function allows nothing, or what is no id, or asks to stop.
  void keepOnly(const GenerationSettings &settings, std::span<const std::int32_t> ids,
                std::int64_t generatedFrom, ExcludedIds &result) const;
};

} // namespace transept::runtime

#endif

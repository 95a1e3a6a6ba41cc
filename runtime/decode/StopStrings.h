// SPDX-License-Identifier: Apache-2.0
//
// Texts that end a result, after transformers 4.44, StopStringCriteria: a stop string counts once
// its last character is in the newest token's text, wherever it is there.
#ifndef TRANSEPT_RUNTIME_DECODE_STOPSTRINGS_H
#define TRANSEPT_RUNTIME_DECODE_STOPSTRINGS_H

#include "runtime/decode/GenerationSettings.h"
#include "runtime/engine/Engine.h"

#include <map>
#include <span>
#include <string>

namespace transept::runtime {

/// Of one call, for one thread at a time.
class StopStrings {
public:
  /// The texts of tokens are those of the caller's function, or else the library's tokenizer's.
  /// `settings` must outlive the object. Throws Error where there are stop strings, but no texts.
  StopStrings(const GenerationSettings &settings, Engine &engine,
              const transept_generation_options *options);

  /// Whether a stop string ends within the text of `next` behind `ids`.
  bool endWithin(std::span<const std::int32_t> ids, std::int32_t next) const {
    return !settings.stopStrings.empty() && find(ids, next);
  }

private:
  bool find(std::span<const std::int32_t> ids, std::int32_t next) const;
  const std::string &textOf(std::int32_t id) const;

  const GenerationSettings &settings;
  transept_token_text_function call = nullptr;
  void *context = nullptr;
  std::size_t longest = 0;
  mutable std::map<std::int32_t, std::string> texts; // of the ids that were asked for
};

} // namespace transept::runtime

#endif

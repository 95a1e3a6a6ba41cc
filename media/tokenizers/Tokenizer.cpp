// SPDX-License-Identifier: Apache-2.0
//
// From a kind's name to its tokenizer.

#include "media/tokenizers/Tokenizer.h"
#include "base/Error.h"

#include "media/tokenizers/Kinds.h"

#include <fmt/format.h>

namespace transept::text {

std::unique_ptr<Tokenizer> createTokenizer(std::string_view kind, const Settings &settings,
                                           std::span<const Asset> assets) {
  std::string allowed;
  for (const Kind *const *each = transept_tokenizer_kinds; *each; ++each) {
    if ((*each)->name == kind)
      return (*each)->create(settings, assets);
    allowed += fmt::format("{}'{}'", allowed.empty() ? "" : ", ", (*each)->name);
  }
  throw InputError(fmt::format("tokenizer kind: found '{}', allowed are {}", kind, allowed));
}

} // namespace transept::text

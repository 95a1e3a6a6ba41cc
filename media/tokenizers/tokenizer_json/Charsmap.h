// SPDX-License-Identifier: Apache-2.0
//
// A sentencepiece model's normalization as tokenizer.json carries it.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_CHARSMAP_H
#define TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_CHARSMAP_H

#include "media/tokenizers/ReplacementRules.h"

namespace transept::text {

class Charsmap {
public:
  /// `base64` is the file's text; errors name `where`. Throws InputError.
  Charsmap(std::string_view base64, const std::string &where);
  /// Of valid UTF-8; grapheme clusters are replaced whole, as the tokenizers library does it.
  std::string normalize(std::string_view text) const;

private:
  std::optional<std::string_view> replacement(std::string_view text) const;

  ReplacementRules rules;
};

} // namespace transept::text

#endif

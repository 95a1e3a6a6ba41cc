// SPDX-License-Identifier: Apache-2.0
//
// A sentencepiece model's normalization as tokenizer.json carries it.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_CHARSMAP_H
#define TRANSEPT_MEDIA_TOKENIZERS_TOKENIZER_JSON_CHARSMAP_H

#include "media/tokenizers/ReplacementRules.h"

#include <bitset>

namespace transept::text {

class Charsmap {
public:
  /// `base64` is the file's text; errors name `where`. Throws InputError.
  Charsmap(std::string_view base64, const std::string &where);
  /// Of valid UTF-8; grapheme clusters are replaced whole, as the tokenizers library does it.
  std::string normalize(std::string_view text) const;

private:
  std::optional<std::string_view> replacement(std::string_view text) const;

  bool isPlainAt(std::string_view text, size_t position) const {
    return plain[static_cast<unsigned char>(text[position])];
  }
  void addClusters(std::string_view text, std::string &result) const;

  ReplacementRules rules;
  /// Bytes of ASCII, each of them a cluster, that stay as they are.
  std::bitset<256> plain;
};

} // namespace transept::text

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Texts as sentencepiece normalizes them before it looks for pieces.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_PIECENORMALIZER_H
#define TRANSEPT_MEDIA_TOKENIZERS_PIECENORMALIZER_H

#include "media/tokenizers/AddedTokens.h"
#include "media/tokenizers/PieceTable.h"

#include <bitset>

namespace transept::text {

class PieceNormalizer {
public:
  /// Keeps a reference to `table`.
  explicit PieceNormalizer(const PieceTable &table);

  /// Replacements, one blank for several, marks for blanks, and one in front.
  std::string normalize(std::string_view text) const;
  bool hasUserDefinedPieces() const { return hasUserDefined; }
  /// Bytes of the piece for texts that are never changed or divided at the beginning; 0 for none.
  size_t userDefinedAt(std::string_view text) const {
    return hasUserDefined ? userDefined.matchAt(text) : 0;
  }

private:
  struct Step {
    std::string_view result;
    size_t length; // of what it comes from
  };
  Step step(std::string_view text) const;
  size_t plainLength(std::string_view text) const;
  bool isPlain(char c) const { return plain[static_cast<unsigned char>(c)]; }

  const ReplacementRules &rules;
  /// Bytes of ASCII that stay as they are where another byte of ASCII follows.
  std::bitset<256> plain;
  AddedTokenMatcher userDefined;
  bool isBlankPlain; // between such bytes
  bool hasUserDefined = false, addsDummyPrefix, removesExtraBlanks, marksBlankBehind;
  std::string_view mark; // for a blank
};

} // namespace transept::text

#endif

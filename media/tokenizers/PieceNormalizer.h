// SPDX-License-Identifier: Apache-2.0
//
// Texts as sentencepiece normalizes them before it looks for pieces.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_PIECENORMALIZER_H
#define TRANSEPT_MEDIA_TOKENIZERS_PIECENORMALIZER_H

#include "media/tokenizers/AddedTokens.h"
#include "media/tokenizers/PieceModel.h"
#include "media/tokenizers/ReplacementRules.h"

namespace transept::text {

class PieceNormalizer {
public:
  /// Throws InputError, which names `name`.
  PieceNormalizer(const PieceModel &model, std::string_view name);

  /// Replacements, one blank for several, marks for blanks, and one in front.
  std::string normalize(std::string_view text) const;
  /// Bytes of the piece for texts that are never changed or divided at the beginning; 0 for none.
  size_t userDefinedAt(std::string_view text) const { return userDefined.matchAt(text); }

private:
  struct Step {
    std::string_view result;
    size_t length; // of what it comes from
  };
  Step step(std::string_view text) const;

  ReplacementRules rules;
  AddedTokenMatcher userDefined;
  bool addsDummyPrefix, removesExtraBlanks, marksBlankBehind;
  std::string_view mark; // for a blank
};

} // namespace transept::text

#endif

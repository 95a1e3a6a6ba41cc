// SPDX-License-Identifier: Apache-2.0
//
// The steps of WordPiece that the slow tokenizer and tokenizer.json share.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_WORDPIECE_H
#define TRANSEPT_MEDIA_TOKENIZERS_WORDPIECE_H

#include "media/text/Characters.h"

#include "media/tokenizers/Vocabulary.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

/// Without NUL, U+FFFD and control characters; tabs, newlines and blanks of any width are blanks.
std::string cleanControls(std::string_view text, Unassigned unassigned);
/// With blanks around each ideograph; those of extension E count from `extensionE` on.
std::string spaceIdeographs(std::string_view text, char32_t extensionE = 0x2b820);
/// The text's words between white space, without it.
std::vector<std::string_view> splitAtSpaces(std::string_view text);
/// The punctuation marks of a word and what is between them.
std::vector<std::string_view> splitAtPunctuation(std::string_view word);

/// Cuts words into the longest tokens of a vocabulary, from the left.
class WordPieces {
public:
  WordPieces(Vocabulary vocabulary, std::string_view continuation, size_t maximumCharacters);
  /// Appends the ids of a word of valid UTF-8; false, and nothing appended, where it has none.
  bool split(std::string_view word, std::vector<int32_t> &result) const;
  const Vocabulary &tokens() const { return vocabulary; }

private:
  Vocabulary vocabulary;
  Trie::Node continued; // where pieces behind the first begin
  size_t maximumCharacters;
};

} // namespace transept::text

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Follows BasicTokenizer and WordpieceTokenizer of transformers 4.44.

#include "media/tokenizers/WordPiece.h"

#include "media/text/Unicode.h"

#include <algorithm>

namespace transept::text {

namespace {

bool isMarkOfPunctuation(char32_t character) {
  return (character >= 33 && character <= 47) || (character >= 58 && character <= 64) ||
         (character >= 91 && character <= 96) || (character >= 123 && character <= 126) ||
         isPunctuation(character);
}

} // namespace

std::string cleanControls(std::string_view text, Unassigned unassigned) {
  std::string clean;
  clean.reserve(text.size());
  size_t kept = 0; // up to here, all is in `clean`, or left out
  for (size_t position = 0; position < text.size();) {
    if (text[position] >= ' ' && text[position] <= '~') {
      ++position;
      continue;
    }
    const size_t begin = position;
    const char32_t character = nextCharacter(text, position);
    const bool isSpace =
        character == '\t' || character == '\n' || character == '\r' || isSpaceSeparator(character);
    if (!isSpace && character != 0xfffd && !isOther(character, unassigned))
      continue;
    clean += text.substr(kept, begin - kept);
    clean += isSpace ? " " : "";
    kept = position;
  }
  return clean += text.substr(kept);
}

std::string spaceIdeographs(std::string_view text, char32_t extensionE) {
  std::string spaced;
  spaced.reserve(text.size());
  size_t kept = 0; // up to here, all is in `spaced`
  for (size_t position = 0; position < text.size();) {
    const size_t begin = position;
    const char32_t character = nextCharacter(text, position);
    if (!isIdeograph(character) || (character >= 0x2b820 && character < extensionE))
      continue;
    spaced += text.substr(kept, begin - kept);
    ((spaced += ' ') += text.substr(begin, position - begin)) += ' ';
    kept = position;
  }
  return spaced += text.substr(kept);
}

std::vector<std::string_view> splitAtSpaces(std::string_view text) {
  std::vector<std::string_view> words;
  size_t begin = 0;
  for (size_t position = 0; position < text.size();) {
    if (text[position] > ' ') { // of ASCII, these are none
      ++position;
      continue;
    }
    size_t length = characterLength(text, position);
    if (startsWithSpace(text.substr(position, length))) {
      if (begin < position)
        words.push_back(text.substr(begin, position - begin));
      begin = position + length;
    }
    position += length;
  }
  if (begin < text.size())
    words.push_back(text.substr(begin));
  return words;
}

std::vector<std::string_view> splitAtPunctuation(std::string_view word) {
  std::vector<std::string_view> parts;
  size_t begin = 0;
  for (size_t position = 0; position < word.size();) {
    size_t at = position;
    if (!isMarkOfPunctuation(nextCharacter(word, position)))
      continue;
    if (begin < at)
      parts.push_back(word.substr(begin, at - begin));
    parts.push_back(word.substr(at, position - at));
    begin = position;
  }
  if (begin < word.size())
    parts.push_back(word.substr(begin));
  return parts;
}

WordPieces::WordPieces(Vocabulary given, std::string_view continuation, size_t maximumCharacters)
    : vocabulary(std::move(given)),
      continued(vocabulary.trie().walk(vocabulary.trie().root(), continuation)),
      maximumCharacters(maximumCharacters) {}

bool WordPieces::split(std::string_view word, std::vector<int32_t> &result) const {
  size_t characters = 0;
  for (size_t position = 0; position < word.size(); position += characterLength(word, position))
    if (++characters > maximumCharacters)
      return false;
  const size_t known = result.size();
  const Trie &trie = vocabulary.trie();
  for (size_t begin = 0; begin < word.size();) {
    Trie::Node node = begin > 0 ? continued : trie.root();
    int32_t place = -1;
    size_t longest = begin;
    for (size_t end = begin; end < word.size() && node != Trie::none;) {
      node = trie.next(node, static_cast<unsigned char>(word[end++]));
      if (int32_t found = Trie::idAt(node); found >= 0) {
        place = found;
        longest = end;
      }
    }
    if (place < 0) {
      result.resize(known);
      return false;
    }
    result.push_back(vocabulary.idAt(place));
    begin = longest;
  }
  return true;
}

} // namespace transept::text

// SPDX-License-Identifier: Apache-2.0
//
// One pass over the characters; whether a mark ends a sentence is decided at the mark.

#include "media/text/Sentences.h"

#include "media/text/Characters.h"
#include "media/text/Unicode.h"

#include <algorithm>
#include <array>

namespace transept::text {

namespace {

/// Of what stands before a capital letter or a number, in English, German and French.
constexpr std::array<std::string_view, 49> abbreviations = {
    "Abs",  "Art", "Bd",   "Co",  "Corp", "Dr", "Dres", "Fig", "Fr",  "Gen", "Hr",  "Hrn", "Inc",
    "Jr",   "Kap", "Lt",   "Ltd", "M",    "MM", "Mlle", "Mme", "Mr",  "Mrs", "Ms",  "Mt",  "No",
    "Nr",   "Nrn", "Prof", "Rev", "Sr",   "St", "Str",  "Tel", "Vgl", "Vol", "art", "bzw", "ca",
    "chap", "cf",  "etc",  "fig", "inkl", "pp", "usw",  "vgl", "vol", "vs"};

bool isOneOf(char32_t character, std::u32string_view set) {
  return set.find(character) != std::u32string_view::npos;
}
bool isEndMark(char32_t character) {
  return isOneOf(character, U".!?\u2026\u203c\u203d\u0964\u061f\u06d4");
}
/// The full stops of scripts that write no blanks.
bool isWideEndMark(char32_t character) {
  return isOneOf(character, U"\u3002\uff01\uff1f\uff61");
}
bool isClosing(char32_t character) {
  return isOneOf(character, U"\"')]}\u00bb\u2019\u201c\u201d\u203a\u300d\u300f\uff09");
}
bool isOpening(char32_t character) {
  return isOneOf(character, U"\"'([{\u00ab\u2018\u201c\u201e\u2039");
}
bool isLineBreak(char32_t character) {
  return isOneOf(character, U"\n\v\f\r\u0085\u2028\u2029");
}

/// Behind the characters from `position` on that are of the kind.
template <typename IsOfKind>
size_t skip(std::string_view text, size_t position, IsOfKind isOfKind) {
  for (size_t next = position; next < text.size(); position = next)
    if (!isOfKind(nextCharacter(text, next)))
      break;
  return position;
}

/// The end of a text, back to white space or an opening mark.
std::string_view lastWord(std::string_view text) {
  size_t begin = 0;
  for (size_t position = 0; position < text.size();) {
    char32_t character = nextCharacter(text, position);
    if (isWhiteSpace(character) || isOpening(character))
      begin = position;
  }
  return text.substr(begin);
}

/// "J", "e.g", "3", "Prof"
bool isAbbreviated(std::string_view word) {
  bool isNumber =
      !word.empty() && std::ranges::all_of(word, [](char c) { return c >= '0' && c <= '9'; });
  if (isNumber)
    return word.size() <= 2;
  bool areLetters = !word.empty();
  for (size_t position = 0; areLetters && position < word.size();) {
    areLetters = isLetter(nextCharacter(word, position));
    if (position < word.size())
      areLetters = areLetters && word[position++] == '.' && position < word.size();
  }
  return areLetters || std::ranges::find(abbreviations, word) != abbreviations.end();
}

/// Where the sentence from `begin` on ends that the mark from `mark` to `next` may end; 0 where it
/// goes on.
size_t endAtMark(std::string_view text, size_t begin, size_t mark, size_t next) {
  size_t marksEnd = skip(text, next, isEndMark);
  size_t end = skip(text, marksEnd, isClosing);
  size_t following = skip(text, end, isWhiteSpace);
  if (following == text.size())
    return end;
  size_t after = following;
  if (following == end || isSmallLetter(nextCharacter(text, after)))
    return 0;
  bool isSingleDot = text[mark] == '.' && marksEnd == next;
  return isSingleDot && isAbbreviated(lastWord(text.substr(begin, mark - begin))) ? 0 : end;
}

} // namespace

std::vector<Sentence> splitSentences(std::string_view text) {
  std::vector<Sentence> sentences;
  size_t begin = 0, solidEnd = 0;
  auto endAt = [&](size_t end) {
    size_t next = skip(text, end, isWhiteSpace);
    sentences.push_back({text.substr(begin, end - begin), text.substr(end, next - end)});
    begin = solidEnd = next;
  };
  if (skip(text, 0, isWhiteSpace) > 0 || text.empty())
    endAt(0);
  for (size_t position = begin; position < text.size();) {
    size_t mark = position;
    char32_t character = nextCharacter(text, position);
    size_t end = 0;
    if (isLineBreak(character))
      end = solidEnd;
    else if (isWideEndMark(character))
      end = skip(text, skip(text, position, isWideEndMark), isClosing);
    else if (isEndMark(character))
      end = endAtMark(text, begin, mark, position);
    if (!isWhiteSpace(character))
      solidEnd = position;
    if (end == 0)
      continue;
    endAt(end);
    position = begin;
  }
  if (begin < text.size())
    endAt(solidEnd);
  return sentences;
}

} // namespace transept::text

// SPDX-License-Identifier: Apache-2.0
//
// Properties of characters, case and normal forms: what Python's unicodedata and regular
// expressions know. All texts are valid UTF-8.

#ifndef TRANSEPT_MEDIA_TEXT_CHARACTERS_H
#define TRANSEPT_MEDIA_TEXT_CHARACTERS_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace transept::text {

char32_t nextWideCharacter(std::string_view text, size_t &position);
void appendWide(std::string &text, char32_t character);

/// The character that begins at `position`, which moves behind it.
inline char32_t nextCharacter(std::string_view text, size_t &position) {
  auto byte = static_cast<unsigned char>(text[position]);
  if (byte >= 0x80)
    return nextWideCharacter(text, position);
  ++position;
  return byte;
}
inline void append(std::string &text, char32_t character) {
  if (character < 0x80)
    text += char(character);
  else
    appendWide(text, character);
}

/// Letters of Japanese and Chinese, found without a table: no marks, without case, and ideographs
/// stay as they are in all normal forms.
inline bool isCommonIdeograph(char32_t character) {
  return character >= 0x4e00 && character <= 0x9fef;
}
inline bool isKana(char32_t character) {
  return (character >= 0x3041 && character <= 0x3096) ||
         (character >= 0x30a1 && character <= 0x30fa);
}

bool isLetter(char32_t character);
/// Category Ll.
bool isSmallLetter(char32_t character);
bool isNumber(char32_t character);
/// Unicode's White_Space property: \s of most regular expressions.
bool isWhiteSpace(char32_t character);
/// Category M: marks; Mn alone: marks without width.
bool isMark(char32_t character);
bool isNonSpacingMark(char32_t character);
/// Category P.
bool isPunctuation(char32_t character);
/// Category Zs.
bool isSpaceSeparator(char32_t character);
/// Category C, with (Cn) or without characters that are not assigned.
enum class Unassigned { Count, Ignore };
bool isOther(char32_t character, Unassigned unassigned);
bool isIdeograph(char32_t character);

enum class NormalForm { C, D, KC, KD };
std::string normalize(std::string_view text, NormalForm form);
std::string removeNonSpacingMarks(std::string_view text);

/// Each character by itself; full mappings, such as that of U+0130 to two characters.
std::string lowerEach(std::string_view text);
/// str.lower: a capital sigma that ends a word becomes a final one.
std::string lower(std::string_view text);
/// str.upper.
std::string upper(std::string_view text);

/// Ends of the grapheme clusters, in bytes.
std::vector<size_t> graphemeEnds(std::string_view text);

} // namespace transept::text

#endif

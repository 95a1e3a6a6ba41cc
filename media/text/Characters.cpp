// SPDX-License-Identifier: Apache-2.0
//
// Categories and case, from tables that MakeCharacterTables.cpp takes from utf8proc, and the few
// rules that it leaves out.

#include "media/text/Characters.h"

#include "media/text/CharacterTables.h"
#include "media/text/Unicode.h"

#include <array>

namespace transept::text {

namespace {

// The values of utf8proc.
enum Category {
  Cn,
  Lu,
  Ll,
  Lt,
  Lm,
  Lo,
  Mn,
  Mc,
  Me,
  Nd,
  Nl,
  No,
  Pc,
  Pd,
  Ps,
  Pe,
  Pi,
  Pf,
  Po,
  Sm,
  Sc,
  Sk,
  So,
  Zs,
  Zl,
  Zp,
  Cc,
  Cf,
  Cs,
  Co
};

int categoryOf(char32_t character) {
  return isCommonIdeograph(character) || isKana(character) ? int(Lo) : kindOf(character).category;
}

bool isCased(char32_t character) {
  int category = categoryOf(character);
  return category == Lu || category == Ll || category == Lt;
}

bool isCaseIgnorable(char32_t character) {
  switch (categoryOf(character)) {
  case Mn:
  case Me:
  case Cf:
  case Lm:
  case Sk:
    return true;
  default:
    return character == '\'' || character == '.' || character == ':' || character == 0xb7 ||
           character == 0x2018 || character == 0x2019 || character == 0x2024 || character == 0x2027;
  }
}

void appendMapped(std::string &text, char32_t character, CharacterMap map) {
  if (auto mapped = mappedText(character, map))
    text += *mapped;
  else
    append(text, character);
}

/// Kana, ideographs, Hangul and what is among them, found without a table.
bool hasNoCase(char32_t character) {
  return (character >= 0x2e80 && character < 0xa640) || (character >= 0xac00 && character < 0xfb00);
}

void appendLower(std::string &text, char32_t character) {
  if (character < 0x80)
    text += char(character >= 'A' && character <= 'Z' ? character + ('a' - 'A') : character);
  else if (hasNoCase(character))
    appendWide(text, character);
  else
    appendMapped(text, character, CharacterMap::Lower);
}

} // namespace

char32_t nextWideCharacter(std::string_view text, size_t &position) {
  std::string_view rest = text.substr(position);
  size_t length = commonLength(rest);
  auto bits = [&](size_t index) {
    return char32_t(static_cast<unsigned char>(rest[index]) & 0x3f);
  };
  if (length == 3) {
    position += 3;
    return char32_t(rest[0] & 0x0f) << 12 | bits(1) << 6 | bits(2);
  }
  if (length == 2) {
    position += 2;
    return char32_t(rest[0] & 0x1f) << 6 | bits(1);
  }
  length = length > 0 ? length : validLength(rest);
  if (length == 0) {
    ++position;
    return U'\ufffd';
  }
  constexpr std::array<unsigned, 5> leadBits = {0, 0x7f, 0x1f, 0x0f, 0x07};
  char32_t character = static_cast<unsigned char>(rest[0]) & leadBits[length];
  for (size_t index = 1; index < length; ++index)
    character = character << 6 | (static_cast<unsigned char>(rest[index]) & 0x3f);
  position += length;
  return character;
}

void appendWide(std::string &text, char32_t character) {
  auto tail = [&](int shift) { text += char(0x80 | (character >> shift & 0x3f)); };
  if (character < 0x800) {
    text += char(0xc0 | character >> 6);
    return tail(0);
  }
  if (character < 0x10000) {
    text += char(0xe0 | character >> 12);
    tail(6);
    return tail(0);
  }
  text += char(0xf0 | (character >> 18 & 7));
  tail(12);
  tail(6);
  tail(0);
}

bool isLetter(char32_t character) {
  int category = categoryOf(character);
  return category >= Lu && category <= Lo;
}

bool isSmallLetter(char32_t character) {
  return categoryOf(character) == Ll;
}

bool isNumber(char32_t character) {
  int category = categoryOf(character);
  return category >= Nd && category <= No;
}

bool isWhiteSpace(char32_t character) {
  if (character < 0x80)
    return character == ' ' || (character >= '\t' && character <= '\r');
  int category = categoryOf(character);
  return character == 0x85 || (category >= Zs && category <= Zp);
}

bool isMark(char32_t character) {
  int category = categoryOf(character);
  return category >= Mn && category <= Me;
}

bool isNonSpacingMark(char32_t character) {
  return categoryOf(character) == Mn;
}

bool isPunctuation(char32_t character) {
  int category = categoryOf(character);
  return category >= Pc && category <= Po;
}

bool isSpaceSeparator(char32_t character) {
  return categoryOf(character) == Zs;
}

bool isOther(char32_t character, Unassigned unassigned) {
  int category = categoryOf(character);
  return (category >= Cc && category <= Co) || (category == Cn && unassigned == Unassigned::Count);
}

bool isIdeograph(char32_t character) {
  constexpr std::array<std::array<char32_t, 2>, 8> blocks = {{{0x4e00, 0x9fff},
                                                              {0x3400, 0x4dbf},
                                                              {0x20000, 0x2a6df},
                                                              {0x2a700, 0x2b73f},
                                                              {0x2b740, 0x2b81f},
                                                              {0x2b820, 0x2ceaf},
                                                              {0xf900, 0xfaff},
                                                              {0x2f800, 0x2fa1f}}};
  if (character < 0x3400)
    return false;
  for (const auto &[first, last] : blocks)
    if (character >= first && character <= last)
      return true;
  return false;
}

std::string removeNonSpacingMarks(std::string_view text) {
  std::string rest;
  for (size_t position = 0; position < text.size();)
    if (char32_t character = nextCharacter(text, position); !isNonSpacingMark(character))
      append(rest, character);
  return rest;
}

std::string lowerEach(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t position = 0; position < text.size();)
    appendLower(result, nextCharacter(text, position));
  return result;
}

std::string lower(std::string_view text) {
  constexpr char32_t sigma = 0x3a3, finalSigma = 0x3c2;
  std::string result;
  bool isInWord = false;
  for (size_t position = 0; position < text.size();) {
    const char32_t character = nextCharacter(text, position);
    bool isFollowed = false;
    if (character == sigma && isInWord)
      for (size_t ahead = position; ahead < text.size();) {
        char32_t next = nextCharacter(text, ahead);
        if (isCaseIgnorable(next))
          continue;
        isFollowed = isCased(next);
        break;
      }
    if (character == sigma && isInWord && !isFollowed)
      append(result, finalSigma);
    else
      appendLower(result, character);
    if (!isCaseIgnorable(character))
      isInWord = isCased(character);
  }
  return result;
}

std::string upper(std::string_view text) {
  std::string result;
  for (size_t position = 0; position < text.size();)
    appendMapped(result, nextCharacter(text, position), CharacterMap::Upper);
  return result;
}

} // namespace transept::text

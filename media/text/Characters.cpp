// SPDX-License-Identifier: Apache-2.0
//
// utf8proc, and the few rules that it leaves out.

#include "media/text/Characters.h"

#include <array>
#include <cstdlib>
#include <utf8proc.h>

namespace transept::text {

namespace {

utf8proc_category_t categoryOf(char32_t character) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(character));
}

bool isCased(char32_t character) {
  auto category = categoryOf(character);
  return category == UTF8PROC_CATEGORY_LU || category == UTF8PROC_CATEGORY_LL ||
         category == UTF8PROC_CATEGORY_LT;
}

bool isCaseIgnorable(char32_t character) {
  switch (categoryOf(character)) {
  case UTF8PROC_CATEGORY_MN:
  case UTF8PROC_CATEGORY_ME:
  case UTF8PROC_CATEGORY_CF:
  case UTF8PROC_CATEGORY_LM:
  case UTF8PROC_CATEGORY_SK:
    return true;
  default:
    return character == '\'' || character == '.' || character == ':' || character == 0xb7 ||
           character == 0x2018 || character == 0x2019 || character == 0x2024 || character == 0x2027;
  }
}

char32_t simpleUpper(char32_t character) {
  return static_cast<char32_t>(utf8proc_toupper(static_cast<utf8proc_int32_t>(character)));
}

void appendLower(std::string &text, char32_t character) {
  append(text, static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(character))));
  if (character == 0x130) // the only one whose lower case is two characters, i and a dot above
    text.replace(text.size() - 1, 1, "i\xcc\x87");
}

} // namespace

char32_t nextCharacter(std::string_view text, size_t &position) {
  utf8proc_int32_t character = -1;
  utf8proc_ssize_t length =
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t *>(text.data()) + position,
                       static_cast<utf8proc_ssize_t>(text.size() - position), &character);
  position += length > 0 ? size_t(length) : 1;
  return length > 0 ? static_cast<char32_t>(character) : U'\ufffd';
}

void append(std::string &text, char32_t character) {
  std::array<utf8proc_uint8_t, 4> bytes;
  utf8proc_ssize_t length =
      utf8proc_encode_char(static_cast<utf8proc_int32_t>(character), bytes.data());
  text.append(reinterpret_cast<const char *>(bytes.data()), size_t(length));
}

bool isLetter(char32_t character) {
  auto category = categoryOf(character);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}

bool isSmallLetter(char32_t character) {
  return categoryOf(character) == UTF8PROC_CATEGORY_LL;
}

bool isNumber(char32_t character) {
  auto category = categoryOf(character);
  return category >= UTF8PROC_CATEGORY_ND && category <= UTF8PROC_CATEGORY_NO;
}

bool isWhiteSpace(char32_t character) {
  if (character < 0x80)
    return character == ' ' || (character >= '\t' && character <= '\r');
  auto category = categoryOf(character);
  return character == 0x85 ||
         (category >= UTF8PROC_CATEGORY_ZS && category <= UTF8PROC_CATEGORY_ZP);
}

bool isMark(char32_t character) {
  auto category = categoryOf(character);
  return category >= UTF8PROC_CATEGORY_MN && category <= UTF8PROC_CATEGORY_ME;
}

bool isNonSpacingMark(char32_t character) {
  return categoryOf(character) == UTF8PROC_CATEGORY_MN;
}

bool isPunctuation(char32_t character) {
  auto category = categoryOf(character);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

bool isSpaceSeparator(char32_t character) {
  return categoryOf(character) == UTF8PROC_CATEGORY_ZS;
}

bool isOther(char32_t character, Unassigned unassigned) {
  auto category = categoryOf(character);
  return (category >= UTF8PROC_CATEGORY_CC && category <= UTF8PROC_CATEGORY_CO) ||
         (category == UTF8PROC_CATEGORY_CN && unassigned == Unassigned::Count);
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
  for (const auto &[first, last] : blocks)
    if (character >= first && character <= last)
      return true;
  return false;
}

std::string normalize(std::string_view text, NormalForm form) {
  int options = UTF8PROC_STABLE;
  options |=
      form == NormalForm::C || form == NormalForm::KC ? UTF8PROC_COMPOSE : UTF8PROC_DECOMPOSE;
  if (form == NormalForm::KC || form == NormalForm::KD)
    options |= UTF8PROC_COMPAT;
  utf8proc_uint8_t *result = nullptr;
  utf8proc_ssize_t length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t *>(text.data()),
                                         static_cast<utf8proc_ssize_t>(text.size()), &result,
                                         static_cast<utf8proc_option_t>(options));
  if (length < 0)
    return std::string(text);
  std::string normal(reinterpret_cast<const char *>(result), size_t(length));
  std::free(result);
  return normal;
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
  for (size_t position = 0; position < text.size();) {
    const char32_t character = nextCharacter(text, position);
    // The full upper case of a character is the upper case of its full case folding: ss for U+00DF.
    std::array<utf8proc_int32_t, 8> folded;
    int boundary = 0;
    utf8proc_ssize_t count = 0;
    if (categoryOf(character) != UTF8PROC_CATEGORY_LU)
      count = utf8proc_decompose_char(static_cast<utf8proc_int32_t>(character), folded.data(),
                                      folded.size(), UTF8PROC_CASEFOLD, &boundary);
    if (count < 2 || count > static_cast<utf8proc_ssize_t>(folded.size()))
      append(result, simpleUpper(character));
    else
      for (utf8proc_ssize_t index = 0; index < count; ++index)
        append(result, simpleUpper(static_cast<char32_t>(folded[size_t(index)])));
  }
  return result;
}

std::vector<size_t> graphemeEnds(std::string_view text) {
  std::vector<size_t> ends;
  utf8proc_int32_t state = 0;
  char32_t previous = 0;
  for (size_t position = 0; position < text.size();) {
    size_t begin = position;
    const char32_t character = nextCharacter(text, position);
    if (begin > 0 &&
        utf8proc_grapheme_break_stateful(static_cast<utf8proc_int32_t>(previous),
                                         static_cast<utf8proc_int32_t>(character), &state))
      ends.push_back(begin);
    previous = character;
  }
  if (!text.empty())
    ends.push_back(text.size());
  return ends;
}

} // namespace transept::text

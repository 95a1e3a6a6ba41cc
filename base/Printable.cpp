// SPDX-License-Identifier: Apache-2.0
//
// Goes from character to character, because the bytes of C1 controls occur inside other characters.

#include "base/Printable.h"

#include <cstdint>
#include <fmt/format.h>
#include <iterator>

namespace transept {

namespace {

/// Bytes of the character that `text` begins with, 0 where that is no UTF-8.
size_t characterLength(std::string_view text) {
  auto first = uint8_t(text.front());
  size_t length = first < 0x80   ? 1
                  : first < 0xC2 ? 0
                  : first < 0xE0 ? 2
                  : first < 0xF0 ? 3
                  : first < 0xF5 ? 4
                                 : 0;
  if (length > text.size())
    return 0;
  for (char next : text.substr(1, length == 0 ? 0 : length - 1))
    if ((uint8_t(next) & 0xC0) != 0x80)
      return 0;
  return length;
}

bool isControl(std::string_view character) {
  auto first = uint8_t(character.front());
  if (character.size() == 1)
    return (first < 0x20 && first != '\n' && first != '\t') || first == 0x7F;
  return character.size() == 2 && first == 0xC2 && uint8_t(character[1]) < 0xA0;
}

} // namespace

std::string printable(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    size_t length = characterLength(text);
    std::string_view character = text.substr(0, length == 0 ? 1 : length);
    if (length != 0 && !isControl(character))
      result += character;
    else
      for (char byte : character)
        fmt::format_to(std::back_inserter(result), "\\x{:02x}", uint8_t(byte));
    text.remove_prefix(character.size());
  }
  return result;
}

} // namespace transept

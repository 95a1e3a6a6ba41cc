// SPDX-License-Identifier: Apache-2.0
//
// The regular expression, by hand: at each position the alternatives in their order.

#include "media/tokenizers/ByteLevel.h"

#include "media/text/Characters.h"

#include <array>

namespace transept::text {

namespace {

enum class Class { Letter, Number, Space, Rest };

constexpr Class classOfAscii(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
    return Class::Letter;
  if (c >= '0' && c <= '9')
    return Class::Number;
  return c == ' ' || (c >= '\t' && c <= '\r') ? Class::Space : Class::Rest;
}

constexpr std::array<Class, 128> asciiClasses = [] {
  std::array<Class, 128> classes{};
  for (size_t byte = 0; byte < classes.size(); ++byte)
    classes[byte] = classOfAscii(char(byte));
  return classes;
}();

Class classAt(std::string_view text, size_t &position) {
  if (auto byte = static_cast<unsigned char>(text[position]); byte < 0x80) {
    ++position;
    return asciiClasses[byte];
  }
  char32_t character = nextCharacter(text, position);
  if (isLetter(character))
    return Class::Letter;
  if (isNumber(character))
    return Class::Number;
  return isWhiteSpace(character) ? Class::Space : Class::Rest;
}

/// End of the run of characters of that class.
size_t runEnd(std::string_view text, size_t position, Class wanted) {
  for (size_t next = position; position < text.size(); position = next)
    if (classAt(text, next) != wanted)
      break;
  return position;
}

size_t contractionLength(std::string_view text) {
  if (text.front() != '\'')
    return 0;
  for (std::string_view each : {"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})
    if (text.starts_with(each))
      return each.size();
  return 0;
}

size_t spacesEnd(std::string_view text) {
  size_t last = 0, end = 0, count = 0;
  for (size_t next = 0; end < text.size() && classAt(text, next) == Class::Space; end = next) {
    last = end;
    ++count;
  }
  // The last blank before a word belongs to the word, or is left over.
  return end < text.size() && count > 1 ? last : end;
}

/// Printable bytes of Latin-1 stand for themselves, the others for U+0100 and up, in order.
struct ByteTable {
  std::array<char32_t, 256> characters;
  std::array<int, 512> bytes;

  ByteTable() {
    bytes.fill(-1);
    char32_t next = 256;
    for (int byte = 0; byte < 256; ++byte) {
      bool isPrintable = (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte != 0xad);
      char32_t character = isPrintable ? static_cast<char32_t>(byte) : next++;
      characters[size_t(byte)] = character;
      bytes[character] = byte;
    }
  }
};

const ByteTable &byteTable() {
  static const ByteTable table;
  return table;
}

} // namespace

size_t wordLength(std::string_view text) {
  if (size_t length = contractionLength(text); length > 0)
    return length;
  size_t position = 0;
  Class first = classAt(text, position);
  if (text.front() == ' ' && position < text.size()) {
    size_t next = position;
    if (Class second = classAt(text, next); second != Class::Space)
      return runEnd(text, next, second);
  }
  return first == Class::Space ? spacesEnd(text) : runEnd(text, position, first);
}

std::string bytesToCharacters(std::string_view bytes) {
  std::string text;
  const ByteTable &table = byteTable();
  text.reserve(2 * bytes.size());
  for (char byte : bytes)
    append(text, table.characters[static_cast<unsigned char>(byte)]);
  return text;
}

std::string tokenToBytes(std::string_view token) {
  std::string bytes;
  for (size_t position = 0; position < token.size();) {
    const char32_t character = nextCharacter(token, position);
    int byte = character < byteTable().bytes.size() ? byteTable().bytes[character] : -1;
    if (byte < 0)
      return std::string(token);
    bytes += char(byte);
  }
  return bytes;
}

} // namespace transept::text

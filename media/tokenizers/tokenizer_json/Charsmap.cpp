// SPDX-License-Identifier: Apache-2.0
//
// Every step through the trie is checked: its offsets come from outside.

#include "media/tokenizers/tokenizer_json/Charsmap.h"
#include "base/Error.h"

#include "media/text/Characters.h"
#include "media/text/Unicode.h"
#include "media/tokenizers/Tokenizer.h"

#include <cstring>
#include <fmt/format.h>

namespace transept::text {

namespace {

std::string decodeBase64(std::string_view text, const std::string &where) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('='))
    text.remove_suffix(1);
  std::string bytes;
  uint32_t bits = 0;
  int count = 0;
  for (char c : text) {
    size_t digit = digits.find(c);
    if (digit == std::string_view::npos)
      throw InputError(fmt::format("{}: found the byte {}, allowed is base64", where,
                                   static_cast<unsigned char>(c)));
    bits = bits << 6 | uint32_t(digit);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += char(bits >> count & 0xff);
    }
  }
  return bytes;
}

/// The fields of a unit of Darts' double array.
bool hasLeaf(uint32_t unit) {
  return unit >> 8 & 1;
}
uint32_t valueOf(uint32_t unit) {
  return unit & 0x7fffffff;
}
uint32_t labelOf(uint32_t unit) {
  return unit & 0x800000ff;
}
uint32_t offsetOf(uint32_t unit) {
  return unit >> 10 << ((unit & 1 << 9) >> 6);
}

} // namespace

Charsmap::Charsmap(std::string_view base64, const std::string &where) {
  std::string bytes = decodeBase64(base64, where);
  uint32_t size = 0;
  if (bytes.size() >= sizeof(size))
    std::memcpy(&size, bytes.data(), sizeof(size));
  if (bytes.size() < sizeof(size) || size > bytes.size() - sizeof(size) || size % 4 != 0)
    throw InputError(
        fmt::format("{}: found a trie of {} bytes in {} bytes", where, size, bytes.size()));
  trie.resize(size / 4);
  if (size > 0)
    std::memcpy(trie.data(), bytes.data() + sizeof(size), size);
  // Replacements must be whole characters, since what follows expects valid texts.
  replacements = validUtf8(std::string_view(bytes).substr(sizeof(size) + size));
}

std::optional<std::string_view> Charsmap::replacement(std::string_view text) const {
  if (trie.empty())
    return std::nullopt;
  uint32_t position = offsetOf(trie[0]);
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    position ^= byte;
    if (byte == 0 || position >= trie.size() || labelOf(trie[position]) != byte)
      return std::nullopt;
    bool isLeaf = hasLeaf(trie[position]);
    position ^= offsetOf(trie[position]);
    if (!isLeaf)
      continue;
    // The shortest match decides, which is the reference's behaviour.
    uint32_t begin = position < trie.size() ? valueOf(trie[position]) : 0;
    if (position >= trie.size() || begin > replacements.size())
      return std::nullopt;
    std::string_view rest = std::string_view(replacements).substr(begin);
    return rest.substr(0, rest.find('\0'));
  }
  return std::nullopt;
}

std::string Charsmap::normalize(std::string_view text) const {
  constexpr size_t longestCluster = 5;
  std::string result;
  size_t begin = 0;
  for (size_t end : graphemeEnds(text)) {
    std::string_view cluster = text.substr(begin, end - begin);
    begin = end;
    auto whole = cluster.size() <= longestCluster ? replacement(cluster) : std::nullopt;
    if (whole) {
      result += *whole;
      continue;
    }
    for (size_t position = 0; position < cluster.size();) {
      std::string_view character = cluster.substr(position, characterLength(cluster, position));
      result += replacement(character).value_or(character);
      position += character.size();
    }
  }
  // An offset into the middle of a character would leave a part of one.
  return validUtf8(result);
}

} // namespace transept::text

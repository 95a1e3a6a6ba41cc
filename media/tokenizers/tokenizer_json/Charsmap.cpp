// SPDX-License-Identifier: Apache-2.0
//
// Grapheme clusters, as the tokenizers library has them.

#include "media/tokenizers/tokenizer_json/Charsmap.h"

#include "base/Error.h"
#include "media/text/Characters.h"
#include "media/text/Unicode.h"

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

} // namespace

Charsmap::Charsmap(std::string_view base64, const std::string &where)
    : rules(decodeBase64(base64, where), where) {
  for (char byte = 0; byte >= 0 && byte < 0x7f; ++byte)
    plain[size_t(byte)] = byte != '\r' && !rules.shortest(std::string(1, byte));
}

std::optional<std::string_view> Charsmap::replacement(std::string_view text) const {
  // The shortest match decides, which is the reference's behaviour.
  auto match = rules.shortest(text);
  return match ? std::optional(match->replacement) : std::nullopt;
}

std::string Charsmap::normalize(std::string_view text) const {
  std::string result;
  while (!text.empty()) {
    // A cluster of one plain byte ends where another byte of ASCII follows.
    size_t length = 0;
    while (length < text.size() && plain[static_cast<unsigned char>(text[length])])
      ++length;
    if (length < text.size() && length > 0 && static_cast<unsigned char>(text[length]) >= 0x80)
      --length;
    result += text.substr(0, length);
    text.remove_prefix(length);
    // What follows is up to the next two plain bytes.
    for (length = 0; length < text.size(); ++length)
      if (length > 0 && isPlainAt(text, length - 1) && isPlainAt(text, length))
        break;
    addClusters(text.substr(0, length), result);
    text.remove_prefix(length);
  }
  // An offset into the middle of a character would leave a part of one.
  return validUtf8(result);
}

void Charsmap::addClusters(std::string_view text, std::string &result) const {
  constexpr size_t longestCluster = 5;
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
}

} // namespace transept::text

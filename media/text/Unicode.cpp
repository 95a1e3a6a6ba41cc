// SPDX-License-Identifier: Apache-2.0
//
// White space is recognised by its UTF-8 bytes: no decoding, so invalid text passes through.

#include "media/text/Unicode.h"

#include <algorithm>
#include <array>
#include <utility>

namespace transept::text {

namespace {

constexpr std::array<std::string_view, 19> wideSpaces = {
    "\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
    "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85", "\xe2\x80\x86",
    "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8",
    "\xe2\x80\xa9", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

bool isNarrowSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

} // namespace

std::string_view stripLeft(std::string_view text) {
  for (bool isStripping = true; isStripping && !text.empty();) {
    isStripping = false;
    if (isNarrowSpace(text.front())) {
      text.remove_prefix(1);
      isStripping = true;
      continue;
    }
    for (std::string_view space : wideSpaces)
      if (text.starts_with(space)) {
        text.remove_prefix(space.size());
        isStripping = true;
        break;
      }
  }
  return text;
}

std::string_view stripRight(std::string_view text) {
  for (bool isStripping = true; isStripping && !text.empty();) {
    isStripping = false;
    if (isNarrowSpace(text.back())) {
      text.remove_suffix(1);
      isStripping = true;
      continue;
    }
    for (std::string_view space : wideSpaces)
      if (text.ends_with(space)) {
        text.remove_suffix(space.size());
        isStripping = true;
        break;
      }
  }
  return text;
}

std::string_view strip(std::string_view text) {
  return stripRight(stripLeft(text));
}

bool startsWithSpace(std::string_view text) {
  if (text.empty())
    return false;
  auto lead = static_cast<unsigned char>(text.front());
  if (lead < 0x80)
    return isNarrowSpace(text.front());
  // The bytes that the wide ones begin with.
  auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0;
  bool mayBeWide =
      (lead == 0xc2 && (second == 0x85 || second == 0xa0)) || (lead == 0xe1 && second == 0x9a) ||
      (lead == 0xe2 && (second == 0x80 || second == 0x81)) || (lead == 0xe3 && second == 0x80);
  return mayBeWide && stripLeft(text).size() < text.size();
}

/// Bytes at the beginning that belong to one character, or cannot be one; and whether they are
/// whole.
static std::pair<size_t, bool> firstCharacter(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  size_t length = lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  size_t known = length > 0 && lead < 0xf5 ? 1 : 0;
  for (; known > 0 && known < length && known < text.size(); ++known) {
    auto byte = static_cast<unsigned char>(text[known]);
    // Overlong forms, surrogates and what is above U+10FFFF show in the second byte.
    unsigned low = known > 1 ? 0x80 : lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned high = known > 1 ? 0xbf : lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (byte < low || byte > high)
      break;
  }
  return {std::max<size_t>(known, 1), known == length && known > 0};
}

/// Bytes at the beginning that are whole characters.
static size_t validPrefix(std::string_view text) {
  size_t length = 0;
  while (length < text.size()) {
    if (static_cast<unsigned char>(text[length]) < 0x80) {
      ++length;
      continue;
    }
    if (size_t size = commonLength(text.substr(length)); size > 0) {
      length += size;
      continue;
    }
    auto [size, isWhole] = firstCharacter(text.substr(length));
    if (!isWhole)
      break;
    length += size;
  }
  return length;
}

size_t validLength(std::string_view text) {
  auto [length, isWhole] = firstCharacter(text);
  return isWhole ? length : 0;
}

std::string validUtf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    if (size_t length = validPrefix(text); length > 0) {
      valid += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    auto [length, isWhole] = firstCharacter(text);
    valid += isWhole ? text.substr(0, length) : "\xef\xbf\xbd";
    text.remove_prefix(length);
  }
  return valid;
}

size_t characterLength(std::string_view text, size_t position) {
  auto lead = static_cast<unsigned char>(text[position]);
  size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::min(length, text.size() - position);
}

std::string replaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  for (size_t at; (at = text.find(from)) != std::string_view::npos;) {
    result += text.substr(0, at);
    result += to;
    text.remove_prefix(at + from.size());
  }
  return result += text;
}

std::string cleanUpSpaces(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 10> rules = {
      {{" .", "."},
       {" ?", "?"},
       {" !", "!"},
       {" ,", ","},
       {" ' ", "'"},
       {" n't", "n't"},
       {" 'm", "'m"},
       {" 's", "'s"},
       {" 've", "'ve"},
       {" 're", "'re"}}};
  for (const auto &[from, to] : rules)
    text = replaceAll(text, from, to);
  return text;
}

} // namespace transept::text

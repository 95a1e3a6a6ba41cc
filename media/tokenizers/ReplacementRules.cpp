// SPDX-License-Identifier: Apache-2.0
//
// Every step through the trie is checked: its offsets come from outside.

#include "media/tokenizers/ReplacementRules.h"

#include "base/Error.h"
#include "media/text/Unicode.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>

namespace transept::text {

namespace {

/// Those of Unicode's normal forms have 36 bytes at most.
constexpr size_t longestReplacement = 100;

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

ReplacementRules::ReplacementRules(std::string_view bytes, const std::string &where) {
  uint32_t size = 0;
  if (bytes.size() >= sizeof(size))
    std::memcpy(&size, bytes.data(), sizeof(size));
  if (bytes.size() < sizeof(size) || size > bytes.size() - sizeof(size) || size % 4 != 0)
    throw InputError(
        fmt::format("{}: found a trie of {} bytes in {} bytes", where, size, bytes.size()));
  std::vector<uint32_t> units(size / 4);
  if (size > 0)
    std::memcpy(units.data(), bytes.data() + sizeof(size), size);
  trie = Table<uint32_t>(std::move(units));
  // Replacements must be whole characters, since what follows expects valid texts.
  std::string texts = validUtf8(bytes.substr(sizeof(size) + size));
  for (size_t begin = 0, end = 0; begin < texts.size(); begin = end + 1) {
    end = std::min(texts.find('\0', begin), texts.size());
    if (end - begin > longestReplacement)
      throw InputError(fmt::format("{}: found a replacement of {} bytes, allowed are {}", where,
                                   end - begin, longestReplacement));
  }
  replacements = Table<char>(std::vector<char>(texts.begin(), texts.end()));
}

ReplacementRules ReplacementRules::compiled(std::string_view trie, std::string_view replacements) {
  ReplacementRules rules;
  rules.trie = Table<uint32_t>(trie);
  rules.replacements = Table<char>(replacements);
  return rules;
}

bool ReplacementRules::anyBeginsWith(std::string_view text) const {
  uint32_t position = empty() ? 0 : offsetOf(trie[0]);
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    position ^= byte;
    if (byte == 0 || position >= trie.size() || labelOf(trie[position]) != byte)
      return false;
    position ^= offsetOf(trie[position]);
  }
  return true;
}

std::optional<ReplacementRules::Match> ReplacementRules::find(std::string_view text,
                                                              bool isFirst) const {
  std::optional<Match> best;
  if (empty())
    return best;
  uint32_t position = offsetOf(trie[0]);
  for (size_t length = 1; length <= text.size(); ++length) {
    auto byte = static_cast<unsigned char>(text[length - 1]);
    position ^= byte;
    if (byte == 0 || position >= trie.size() || labelOf(trie[position]) != byte)
      break;
    bool isLeaf = hasLeaf(trie[position]);
    position ^= offsetOf(trie[position]);
    if (!isLeaf)
      continue;
    uint32_t begin = position < trie.size() ? valueOf(trie[position]) : 0;
    if (position >= trie.size() || begin > replacements.size())
      break;
    std::string_view rest = replacements.bytes().substr(begin);
    best = Match{length, rest.substr(0, rest.find('\0'))};
    if (isFirst)
      break;
  }
  return best;
}

} // namespace transept::text

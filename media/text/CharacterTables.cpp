// SPDX-License-Identifier: Apache-2.0
//
// Kinds by two stages, a block of 256 characters and a place in it; the rest by binary search.

#include "media/text/CharacterTables.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <tuple>

namespace transept::text {

namespace {

struct Composition {
  char32_t first, second, result;
};

#include "CharacterTables.inc"

} // namespace

CharacterKind kindOf(char32_t character) {
  if (character >= 0x110000)
    return kinds[0];
  return kinds[kindsOfBlocks[size_t(blocks[character >> 8]) << 8 | (character & 0xff)]];
}

std::optional<std::string_view> mappedText(char32_t character, CharacterMap map) {
  std::span<const uint32_t> keys = canonicalKeys;
  std::span<const uint16_t> offsets = canonicalOffsets;
  switch (map) {
  case CharacterMap::Canonical:
    break;
  case CharacterMap::Compatible:
    keys = compatibleKeys;
    offsets = compatibleOffsets;
    break;
  case CharacterMap::Lower:
    keys = loweredKeys;
    offsets = loweredOffsets;
    break;
  case CharacterMap::Upper:
    keys = upperedKeys;
    offsets = upperedOffsets;
    break;
  }
  // A key is the character and, in the lowest byte, the length of its text.
  auto found = std::lower_bound(keys.begin(), keys.end(), uint32_t(character) << 8);
  if (found == keys.end() || *found >> 8 != character)
    return std::nullopt;
  return std::string_view(
      reinterpret_cast<const char *>(pool) + offsets[size_t(found - keys.begin())], *found & 0xff);
}

std::optional<char32_t> composition(char32_t first, char32_t second) {
  auto key = [](const Composition &each) { return std::tuple(each.first, each.second); };
  auto found = std::ranges::lower_bound(compositions, std::tuple(first, second), {}, key);
  if (found == std::end(compositions) || key(*found) != std::tuple(first, second))
    return std::nullopt;
  return found->result;
}

} // namespace transept::text

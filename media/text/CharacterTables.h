// SPDX-License-Identifier: Apache-2.0
//
// Look-ups in what MakeCharacterTables.cpp wrote.

#ifndef TRANSEPT_MEDIA_TEXT_CHARACTERTABLES_H
#define TRANSEPT_MEDIA_TEXT_CHARACTERTABLES_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace transept::text {

/// Category and grapheme cluster break as utf8proc numbers them, and the canonical combining class.
struct CharacterKind {
  uint8_t category, boundary, combiningClass;
};
CharacterKind kindOf(char32_t character);

/// Full decompositions, canonical ones and those that are others for compatibility; full case.
enum class CharacterMap { Canonical, Compatible, Lower, Upper };
/// Nothing where the character stays as it is.
std::optional<std::string_view> mappedText(char32_t character, CharacterMap map);

/// The character that two are in normal form C; nothing where they stay two. Not for Hangul.
std::optional<char32_t> composition(char32_t first, char32_t second);

} // namespace transept::text

#endif

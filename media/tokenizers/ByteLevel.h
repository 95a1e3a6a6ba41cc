// SPDX-License-Identifier: Apache-2.0
//
// The two halves of byte-level encoding, as GPT-2 introduced them: texts are split into words by a
// regular expression, and bytes are written as printable characters.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_BYTELEVEL_H
#define TRANSEPT_MEDIA_TOKENIZERS_BYTELEVEL_H

#include <string>
#include <string_view>

namespace transept::text {

/// Bytes of the match of 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
/// at the beginning of a valid text that is not empty; there is one everywhere.
size_t wordLength(std::string_view text);

/// Each byte as a character.
std::string bytesToCharacters(std::string_view bytes);
/// A token back to bytes. One with a character that stands for no byte stays as it is.
std::string tokenToBytes(std::string_view token);

} // namespace transept::text

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The few string operations of Python that Hugging Face's tokenizers rely on, over UTF-8.

#ifndef TRANSEPT_MEDIA_TEXT_UNICODE_H
#define TRANSEPT_MEDIA_TEXT_UNICODE_H

#include <string>
#include <string_view>

namespace transept::text {

/// str.lstrip, str.rstrip, str.strip: Unicode's white space and the separators U+001C to U+001F.
std::string_view stripLeft(std::string_view text);
std::string_view stripRight(std::string_view text);
std::string_view strip(std::string_view text);

/// Whether it begins with a character that str.isspace accepts.
bool startsWithSpace(std::string_view text);

/// The text with U+FFFD for what is not UTF-8, as bytes.decode(errors="replace") does it.
std::string validUtf8(std::string_view text);

/// Bytes of the character at the beginning of a text that is not empty; 0 where that is no UTF-8.
size_t validLength(std::string_view text);

/// The same for characters of two or three bytes whose first one allows anything behind it, which
/// are most; 0 for others.
inline size_t commonLength(std::string_view text) {
  auto lead = static_cast<unsigned char>(text.front());
  auto isTail = [&](size_t at) { return at < text.size() && (text[at] & 0xc0) == 0x80; };
  if (lead >= 0xc2 && lead < 0xe0)
    return isTail(1) ? 2 : 0;
  return lead > 0xe0 && lead < 0xf0 && lead != 0xed && isTail(1) && isTail(2) ? 3 : 0;
}

/// Bytes of the character that begins at `position` of a valid text.
size_t characterLength(std::string_view text, size_t position);

std::string replaceAll(std::string_view text, std::string_view from, std::string_view to);

/// Hugging Face's clean_up_tokenization: no blank before punctuation and English contractions.
std::string cleanUpSpaces(std::string text);

/// U+2581, which sentencepiece writes for a blank.
inline constexpr std::string_view blankMark = "\xe2\x96\x81";

} // namespace transept::text

#endif

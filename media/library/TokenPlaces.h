// SPDX-License-Identifier: Apache-2.0
//
// Which bytes of a text each of its tokens stands for. Tokenizers need not know: it is found by
// decoding, in the same way for all kinds.

#ifndef TRANSEPT_MEDIA_LIBRARY_TOKENPLACES_H
#define TRANSEPT_MEDIA_LIBRARY_TOKENPLACES_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/text_abi.h"

namespace transept::media {

/// Of each id in the text that it is decoded to, without the white space around it; tokens that
/// make one character together have it each, and what writes nothing has an empty range. The time
/// grows with the square of their number.
std::vector<transept_byte_range> rangesOf(const text::Tokenizer &tokenizer,
                                          std::span<const int32_t> ids,
                                          const text::DecodeOptions &options);

/// Of each id in the text of valid UTF-8 that it was made of, which may have been normalized: case,
/// accents and forms of characters do not matter. What cannot be found there, such as unknown
/// characters, has what lies between its neighbours.
std::vector<transept_byte_range> sourceRangesOf(const text::Tokenizer &tokenizer,
                                                std::span<const int32_t> ids,
                                                std::string_view text);

} // namespace transept::media

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What one token adds to a text.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_TOKENTEXT_H
#define TRANSEPT_MEDIA_TOKENIZERS_TOKENTEXT_H

#include "media/tokenizers/Tokenizer.h"

namespace transept::text {

/// What a token adds to a text behind other words, as transformers' StopStringCriteria takes it: "
/// a" of a piece that begins a word. Special tokens are written as they are; bytes of a character
/// of which the token has but some become U+FFFD.
std::string tokenText(const Tokenizer &tokenizer, int32_t id, bool isSource = false);

} // namespace transept::text

#endif

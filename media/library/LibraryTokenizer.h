// SPDX-License-Identifier: Apache-2.0
//
// The tokenizer that a library's manifest and assets describe, and where it puts languages.

#ifndef TRANSEPT_MEDIA_LIBRARY_LIBRARYTOKENIZER_H
#define TRANSEPT_MEDIA_LIBRARY_LIBRARYTOKENIZER_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/abi.h"

namespace transept::media {

/// Null when the library has none. Throws std::exception when it is damaged.
std::unique_ptr<text::Tokenizer> openTokenizer(const transept_model_table &table);

/// What a result's language takes the place of.
enum class LanguagePlace { DecoderStart, ForcedBeginning };
LanguagePlace targetLanguagePlace(const transept_model_table &table,
                                  const text::Tokenizer &tokenizer);

} // namespace transept::media

#endif

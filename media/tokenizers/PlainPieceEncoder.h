// SPDX-License-Identifier: Apache-2.0
//
// The two algorithms of sentencepiece that look at nothing but the text: a piece for each word, or
// for each character.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_PLAINPIECEENCODER_H
#define TRANSEPT_MEDIA_TOKENIZERS_PLAINPIECEENCODER_H

#include "media/tokenizers/PieceEncoder.h"

namespace transept::text {

/// For models of words or of characters. Keeps a reference to `table`.
std::unique_ptr<PieceEncoder> createPlainPieceEncoder(const PieceTable &table);

} // namespace transept::text

#endif

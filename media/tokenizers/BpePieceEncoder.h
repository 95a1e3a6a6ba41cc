// SPDX-License-Identifier: Apache-2.0
//
// BPE as sentencepiece does it: any two neighbours merge whose texts together are a piece.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_BPEPIECEENCODER_H
#define TRANSEPT_MEDIA_TOKENIZERS_BPEPIECEENCODER_H

#include "media/tokenizers/PieceEncoder.h"

namespace transept::text {

/// Keeps a reference to `table`.
std::unique_ptr<PieceEncoder> createBpePieceEncoder(const PieceTable &table);

} // namespace transept::text

#endif

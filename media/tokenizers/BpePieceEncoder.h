// SPDX-License-Identifier: Apache-2.0
//
// BPE as sentencepiece does it: any two neighbours merge whose texts together are a piece.

#ifndef TRANSEPT_MEDIA_TOKENIZERS_BPEPIECEENCODER_H
#define TRANSEPT_MEDIA_TOKENIZERS_BPEPIECEENCODER_H

#include "media/tokenizers/PieceEncoder.h"

namespace transept::text {

/// Throws InputError, which names `name`.
std::unique_ptr<PieceEncoder> createBpePieceEncoder(const PieceModel &model, std::string_view name);

} // namespace transept::text

#endif

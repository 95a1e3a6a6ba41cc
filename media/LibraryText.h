// SPDX-License-Identifier: Apache-2.0
//
// The text side of an opened library: the tokenizer that its manifest and assets describe.

#ifndef TRANSEPT_MEDIA_LIBRARYTEXT_H
#define TRANSEPT_MEDIA_LIBRARYTEXT_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

namespace transept::media {

/// Null when the library has none. Throws std::exception when it is damaged.
std::unique_ptr<text::Tokenizer> openTokenizer(const Model &model);

} // namespace transept::media

#endif

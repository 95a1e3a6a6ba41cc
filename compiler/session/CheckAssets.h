// SPDX-License-Identifier: Apache-2.0
//
// The files that a library carries are for texts, sounds and images, which the code of the model
// never sees: whoever compiles learns that they are wrong, not whoever runs the library.

#ifndef TRANSEPT_COMPILER_SESSION_CHECKASSETS_H
#define TRANSEPT_COMPILER_SESSION_CHECKASSETS_H

#include "compiler/emit/table/MediaKind.h"
#include "compiler/frontend/description/Description.h"
#include "media/tokenizers/Tokenizer.h"

#include <string>
#include <vector>

namespace transept::session {

/// Makes the tokenizer and the extractor of features that the library will make, and compares them
/// with the model. Throws InputError, which names the file. `warnings` gets what concerns some
/// texts only, and fields of the preprocessor that have no effect.
void checkAssets(const frontend::Description &description, std::vector<std::string> &warnings);

/// What the preprocessor that the library carries is for. Throws as checkAssets.
emit::MediaKind mediaOf(const frontend::Description &description);

/// What the library carries in place of the tokenizer's large files. Throws as checkAssets.
std::vector<text::CompiledFile> compileAssets(const frontend::Description &description);

} // namespace transept::session

#endif

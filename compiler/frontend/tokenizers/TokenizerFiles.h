// SPDX-License-Identifier: Apache-2.0
//
// Which tokenizer a checkpoint directory ships and which of its files the text layer needs: they
// are embedded in the compiled library, so nothing is listed that is not read.

#ifndef TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_TOKENIZERFILES_H
#define TRANSEPT_COMPILER_FRONTEND_TOKENIZERS_TOKENIZERFILES_H

#include "compiler/frontend/description/Description.h"

#include <string>
#include <vector>

namespace transept::frontend {

/// `family` is Description::family. The result's kind is "" when files are missing; when some are
/// there but cannot be used, a warning says why (the model still works on token ids).
Tokenizer findTokenizer(const std::string &directory, const std::string &family,
                        std::vector<std::string> &warnings);

} // namespace transept::frontend

#endif

// SPDX-License-Identifier: Apache-2.0
//
// From Marian's own files to a description.

#ifndef TRANSEPT_COMPILER_FRONTEND_MARIAN_MARIANMODEL_H
#define TRANSEPT_COMPILER_FRONTEND_MARIAN_MARIANMODEL_H

#include "compiler/frontend/families/Families.h"
#include "compiler/frontend/marian/MarianFolder.h"

namespace transept::frontend {

/// The model whose weights are `checkpoint`, but for its name. Throws InputError for options that
/// change the mathematics and are not supported.
FamilyResult describeMarian(const MarianFolder &folder, const checkpoints::Checkpoint &checkpoint,
                            std::vector<std::string> &warnings);

/// How the search goes on with it, from the options of the decoder, and the texts' tokenizer.
void setMarianGeneration(const MarianFolder &folder, Description &description,
                         std::vector<std::string> &warnings);

} // namespace transept::frontend

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Prompts that the processors of a family have in their code, as ids of a checkpoint's tokenizer.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPEECHPROMPTS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPEECHPROMPTS_H

#include "compiler/frontend/families/Families.h"

namespace transept::frontend {

/// Gives the description, whose other generation defaults are there, the prompt and the languages
/// that tokenizer.json of the directory has tokens for. Nothing changes where it is not there or
/// lacks a token of the prompt: the model is then prompted by ids. Throws InputError for a file
/// that is none of a tokenizer, and for tokens outside of the vocabulary.
void addSpeechPrompt(const std::string &directory, const SpeechPrompt &prompt,
                     Description &description);

} // namespace transept::frontend

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The tables of how a model generates, how a model of speech is prompted, and what labels there
// are.

#ifndef TRANSEPT_COMPILER_EMIT_TABLE_GENERATIONTABLES_H
#define TRANSEPT_COMPILER_EMIT_TABLE_GENERATIONTABLES_H

#include "compiler/emit/table/TableWriter.h"
#include "compiler/frontend/description/Description.h"

namespace transept::emit {

/// A transept_generation_defaults.
llvm::Constant *generationTable(TableWriter &writer, const frontend::GenerationDefaults &defaults);

/// A transept_speech_defaults, null for models that are none of speech.
llvm::Constant *speechTable(TableWriter &writer, const frontend::GenerationDefaults &defaults,
                            int64_t targetVocabularySize);

/// A transept_classifier, null for models that are none.
llvm::Constant *classifierTable(TableWriter &writer,
                                const std::optional<frontend::Classifier> &classifier);

/// A transept_forecaster, null for models that are none.
llvm::Constant *forecasterTable(TableWriter &writer,
                                const std::optional<frontend::Forecaster> &forecaster);

} // namespace transept::emit

#endif

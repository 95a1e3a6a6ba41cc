// SPDX-License-Identifier: Apache-2.0
//
// How a model of speech is prompted, as generation_config.json records it beside the usual options.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPEECHDEFAULTS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPEECHDEFAULTS_H

#include "base/Json.h"
#include "compiler/frontend/description/Description.h"

namespace transept::frontend {

/// Nothing where `generationConfig` has neither languages nor tasks nor timestamps. The width of
/// the filter stands in `config`. Throws InputError for tokens outside of the vocabulary.
std::optional<SpeechDefaults> readSpeechDefaults(JsonFields &generationConfig, JsonFields &config,
                                                 std::optional<int64_t> decoderStartId,
                                                 int64_t vocabularySize);

} // namespace transept::frontend

#endif

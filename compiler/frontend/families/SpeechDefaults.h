// SPDX-License-Identifier: Apache-2.0
//
// How a model of speech is prompted, as generation_config.json records it beside the usual options;
// older checkpoints have a whole prompt, forced_decoder_ids, there or in config.json.

#ifndef TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPEECHDEFAULTS_H
#define TRANSEPT_COMPILER_FRONTEND_FAMILIES_SPEECHDEFAULTS_H

#include "base/Json.h"
#include "compiler/frontend/description/Description.h"

namespace transept::frontend {

struct SpeechInput {
  JsonFields *generationConfig; // may be null
  JsonFields &config;           // the width of the filter stands here
  std::optional<int64_t> decoderStartId;
  int64_t vocabularySize;
  bool hasSpeechPrompt; // of the family
};

/// Nothing where the files have neither languages nor tasks nor timestamps nor a prompt. Throws
/// InputError for tokens outside of the vocabulary, and for languages and tasks that have none.
std::optional<SpeechDefaults> readSpeechDefaults(const SpeechInput &input,
                                                 std::vector<std::string> &warnings);

} // namespace transept::frontend

#endif

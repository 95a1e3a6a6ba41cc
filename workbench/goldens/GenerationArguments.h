// SPDX-License-Identifier: Apache-2.0
//
// The arguments of Hugging Face's generate(), as goldens record them, in our words.

#ifndef TRANSEPT_WORKBENCH_GOLDENS_GENERATIONARGUMENTS_H
#define TRANSEPT_WORKBENCH_GOLDENS_GENERATIONARGUMENTS_H

#include "transept/speech.h"

#include <nlohmann/json.hpp>

namespace transept::workbench {

struct GenerationArguments {
  GenerateOptions options;
  /// pad_token_id, where it is given: what shorter rows are filled up with.
  std::optional<Id> padding;
  /// The arguments of models of speech; null when none was given. Its `generate` is not filled in.
  std::optional<SpeechOptions> speech;
};

/// Throws InputError for an argument that is not known or asks for what is not offered;
/// nothing is skipped.
GenerationArguments readGenerationArguments(const nlohmann::ordered_json &arguments);

} // namespace transept::workbench

#endif

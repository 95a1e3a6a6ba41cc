// SPDX-License-Identifier: Apache-2.0
//
// The options of `transept generate` that say how to generate, one for each of GenerateOptions.

#ifndef TRANSEPT_COMMANDS_GENERATIONFLAGS_H
#define TRANSEPT_COMMANDS_GENERATIONFLAGS_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

#include <CLI/CLI.hpp>

namespace transept::commands {

class GenerationFlags {
public:
  void addTo(CLI::App &command);

  /// Resolves what needs the model: texts, files and ranges. `tokenizer` may be null. Throws
  /// CLI::ValidationError for what is wrong usage.
  GenerateOptions resolve(const Model &model, const text::Tokenizer *tokenizer) const;

  /// Whether the decoder start or a prefix is given.
  bool haveOwnBeginning() const {
    return options.decoderStart || !prefixText.empty() || !prefixIds.empty();
  }

private:
  GenerateOptions options;
  std::string earlyStopping, prefixIds, prefixText, badWordsFile;
  std::vector<std::string> badWordIds;
};

} // namespace transept::commands

#endif

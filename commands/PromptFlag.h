// SPDX-License-Identifier: Apache-2.0
//
// --prompt of `transept generate`: what is asked about images.

#ifndef TRANSEPT_COMMANDS_PROMPTFLAG_H
#define TRANSEPT_COMMANDS_PROMPTFLAG_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace transept::commands {

class PromptFlag {
public:
  void addTo(CLI::App *command);

  /// The ids of the prompt, for models that read one beside each image; none for others.
  /// `tokenizer` is null where the prompt consists of ids. Throws CLI::ValidationError.
  std::vector<Id> idsFor(const Model &model, const text::Tokenizer *tokenizer) const;

private:
  std::optional<std::string> prompt;
};

} // namespace transept::commands

#endif

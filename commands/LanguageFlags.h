// SPDX-License-Identifier: Apache-2.0
//
// Which language a text is in and which it becomes, for multilingual text models.

#ifndef TRANSEPT_COMMANDS_LANGUAGEFLAGS_H
#define TRANSEPT_COMMANDS_LANGUAGEFLAGS_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

#include <CLI/CLI.hpp>

namespace transept::commands {

class LanguageFlags {
public:
  void addTo(CLI::App &command);

  /// Throws CLI::ValidationError where an option has nothing to act on in this model, or in sources
  /// that are ids.
  void check(const Model &model, bool usesIds) const;
  /// How the tokenizer encodes sources. Throws CLI::ValidationError for a language that the
  /// tokenizer (null: none) does not know.
  text::EncodeOptions encoding(const text::Tokenizer *tokenizer) const;
  /// Makes targets begin with the language's id, as the model's defaults do with theirs: as decoder
  /// start where that is a language, otherwise as the first id behind it.
  void applyTo(GenerateOptions &options, bool hasDecoderStart, const Model &model,
               const text::Tokenizer *tokenizer) const;

  /// What the texts are in; empty for the checkpoint's default.
  const std::string &sourceLanguage() const { return source; }

  /// A message about what applyTo() set, with the option that was given.
  std::string withFlags(std::string message) const;

private:
  std::string source, target;
};

} // namespace transept::commands

#endif

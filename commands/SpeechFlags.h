// SPDX-License-Identifier: Apache-2.0
//
// The options of `transept generate` for models of speech.

#ifndef TRANSEPT_COMMANDS_SPEECHFLAGS_H
#define TRANSEPT_COMMANDS_SPEECHFLAGS_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/speech.h"

#include <CLI/CLI.hpp>

namespace transept::commands {

class SpeechFlags {
public:
  void addTo(CLI::App &command);

  /// How to transcribe; nothing for models that are not of speech, and where all of the prompt is
  /// given: by a decoder start (`hasDecoderStart`), or a prefix that begins as a prompt does.
  /// `tokenizer` may be null. Throws CLI::ValidationError for what the model cannot do.
  std::optional<SpeechOptions> resolve(const Model &model, const GenerateOptions &generation,
                                       bool hasDecoderStart,
                                       const text::Tokenizer *tokenizer) const;

  /// Whether times are shown: of words, else of segments.
  bool wantsTimes() const { return hasTimestamps || hasWordTimestamps; }
  bool wantsWords() const { return hasWordTimestamps; }

private:
  /// The first option that was given; empty for none.
  std::string firstGiven() const;
  /// Throws for languages that the model of speech does not know.
  void checkLanguages(const Model &model) const;

  std::string language, textLanguage, task;
  bool hasTimestamps = false, hasWordTimestamps = false;
};

} // namespace transept::commands

#endif

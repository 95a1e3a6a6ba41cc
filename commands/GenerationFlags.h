// SPDX-License-Identifier: Apache-2.0
//
// The options of `transept generate` that say how to generate, one for each of
// generation_options.inc.

#ifndef TRANSEPT_COMMANDS_GENERATIONFLAGS_H
#define TRANSEPT_COMMANDS_GENERATIONFLAGS_H

#include "media/tokenizers/Tokenizer.h"

#include "transept/model.h"

#include <CLI/CLI.hpp>

namespace transept::commands {

/// The beams of a call: the caller's, else the model's.
int beamsOf(const GenerateOptions &options, const Model &model);

class GenerationFlags {
public:
  void addTo(CLI::App &command);

  /// Resolves what needs the model: texts, files and ranges. `tokenizer` may be null. Throws
  /// CLI::ValidationError for what is wrong usage.
  GenerateOptions resolve(const Model &model, const text::Tokenizer *tokenizer) const;

  /// A message of the C++ API with its names of options as flags.
  static std::string withFlags(std::string message);

  bool haveDecoderStart() const { return options.decoderStart.has_value(); }

private:
  /// Options of sampling that are given, where nothing is sampled, are most likely a mistake.
  void warnOfSamplingOptions() const;

  void addForcedWords(GenerateOptions &result, const Model &model,
                      const text::Tokenizer *tokenizer) const;

  struct Texts {
#define OPTION_OF_ANY_TYPE(...)
#define OPTION_WORDS(name, ...) std::vector<std::string> name;
#define OPTION_DECAY(name, ...) std::string name;
#define OPTION_BIASES OPTION_WORDS
#define OPTION_TEXTS OPTION_WORDS
#include "transept/generation_options.inc"
#undef OPTION_OF_ANY_TYPE
  };

  GenerateOptions options;
  Texts texts; // lists of ids and numbers as they were written
  std::string prefixIds, prefixText, badWordsFile, oneOfFile;
  std::vector<std::string> forcedIds, forcedTexts;
};

} // namespace transept::commands

#endif

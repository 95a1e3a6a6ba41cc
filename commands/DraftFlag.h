// SPDX-License-Identifier: Apache-2.0
//
// --draft of `transept generate`: a smaller model that guesses what the library's model checks.

#ifndef TRANSEPT_COMMANDS_DRAFTFLAG_H
#define TRANSEPT_COMMANDS_DRAFTFLAG_H

#include "transept/draft.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>

namespace transept::commands {

/// The draft model of one run, which guesses for one batch at a time.
class OpenDraft {
public:
  OpenDraft(const Model &model, Model draft) : model(model), draft(std::move(draft)) {}

  /// The options with guesses for these sources, of which a decoder alone has none: `count` of
  /// them. Valid until the next batch.
  GenerateOptions applyTo(GenerateOptions options, std::span<const SourceInput> inputs,
                          size_t count);

  const Model &smallModel() const { return draft; }

private:
  const Model &model;
  Model draft;
  std::optional<DraftModel> guesser;
};

/// The options as they are where there is no draft model (null).
inline GenerateOptions withGuesses(OpenDraft *draft, GenerateOptions options,
                                   std::span<const SourceInput> inputs, size_t count) {
  return draft ? draft->applyTo(std::move(options), inputs, count) : options;
}

class DraftFlag {
public:
  void addTo(CLI::App *command);

  bool isGiven() const { return !file.empty(); }
  /// Null where it is not given. Throws CLI::ValidationError where the options have no use for it,
  /// or it is no model for the sources and targets of `model`, which is from `library`.
  std::unique_ptr<OpenDraft> open(const Model &model, const std::string &library,
                                  const GenerateOptions &options, unsigned threads) const;

private:
  std::string file;
};

} // namespace transept::commands

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What `classify`, `score` and `forecast` share: lines of texts, ids or numbers in, of which a tab
// may divide two parts, and one result a line out, in order.

#ifndef TRANSEPT_COMMANDS_LINECOMMAND_H
#define TRANSEPT_COMMANDS_LINECOMMAND_H

#include "commands/SourceIsolation.h"

#include <CLI/CLI.hpp>

#include <optional>

namespace transept::commands {

enum class LineContent { Texts, Numbers };

struct LineCommand {
  std::string library, level, sourceLanguage, file;
  std::vector<std::string> texts;
  unsigned threads = 0;
  size_t batchSize = 64;
  bool usesIds = false, isJson = false, skipsInvalid = false;

  void addTo(CLI::App &command, const std::string &sources,
             LineContent content = LineContent::Texts);
  Model open() const;
  /// Null with --ids. Throws InputError where the library has none, and for options that have
  /// nothing to act on.
  std::unique_ptr<text::Tokenizer> openTokenizer(const Model &model) const;
};

/// A line up to its first tab, and what is behind it.
struct LineParts {
  std::string_view first;
  std::optional<std::string_view> second;

  explicit LineParts(std::string_view line);
};

/// Throws InputError where a source has no ids, or more than the model has positions.
void checkSourceLength(const Model &model, const std::vector<Id> &ids);

/// Reads lines to their end: `read` fills in a source from its line, or throws; `process` makes the
/// lines of results. Throws ExitStatus where sources were skipped.
void runLines(const LineCommand &command,
              const std::function<void(const std::string &, GenerateSource &)> &read,
              const std::function<std::vector<std::string>(const Sources &)> &process);

} // namespace transept::commands

#endif

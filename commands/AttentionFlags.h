// SPDX-License-Identifier: Apache-2.0
//
// The options of `transept generate` that say which cross-attention weights to give out, and where.

#ifndef TRANSEPT_COMMANDS_ATTENTIONFLAGS_H
#define TRANSEPT_COMMANDS_ATTENTIONFLAGS_H

#include "workbench/alignment/AttentionReport.h"

#include "transept/model.h"

#include <CLI/CLI.hpp>

namespace transept::commands {

class AttentionFlags {
public:
  /// `json` is the flag that weights in the results need.
  void addTo(CLI::App &command, CLI::Option *json);

  /// What stood behind --attention and is no value of it, so that it must be the next argument of
  /// the command; empty for nothing.
  std::string takeArgument();

  /// Whether results carry weights.
  bool isInResults() const { return !extent.empty(); }
  /// The picture's file; empty for none.
  const std::string &pictureFile() const { return picture; }

  /// Throws CLI::ValidationError for what the model does not have.
  workbench::AttentionChoice resolve(const Model &model) const;

private:
  std::string extent; // "", "chosen" or "all"
  std::vector<size_t> layers, heads;
  std::string picture;
};

} // namespace transept::commands

#endif

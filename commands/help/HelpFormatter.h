// SPDX-License-Identifier: Apache-2.0
//
// How `--help` looks: as wide as the terminal, with short names for what options take.

#ifndef TRANSEPT_COMMANDS_HELP_HELPFORMATTER_H
#define TRANSEPT_COMMANDS_HELP_HELPFORMATTER_H

#include <CLI/CLI.hpp>

namespace transept::commands {

class HelpFormatter : public CLI::Formatter {
public:
  /// Wraps at `width` characters.
  explicit HelpFormatter(size_t width) : width(width) {}

  std::string make_description(const CLI::App *command) const override;
  std::string make_option(const CLI::Option *option, bool isPositional) const override;
  std::string make_help(const CLI::App *command, std::string name,
                        CLI::AppFormatMode mode) const override;
  std::string make_subcommand(const CLI::App *command) const override;
  std::string make_usage(const CLI::App *command, std::string name) const override;

private:
  /// `text` from column `indent` on, which lines that begin with a space keep for themselves.
  std::string wrapped(const std::string &text, size_t indent) const;
  /// A name and what it means, beside each other.
  std::string row(const std::string &name, const std::string &meaning) const;

  size_t width;
};

/// The width of the terminal that standard output is, the environment's COLUMNS otherwise, or 80;
/// from 50 to 120.
size_t terminalWidth();

} // namespace transept::commands

#endif

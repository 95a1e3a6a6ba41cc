// SPDX-License-Identifier: Apache-2.0
//
// What help, manual pages and completions say of an option, taken from its declaration.

#ifndef TRANSEPT_COMMANDS_HELP_OPTIONFACTS_H
#define TRANSEPT_COMMANDS_HELP_OPTIONFACTS_H

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace transept::commands {

struct OptionFacts {
  /// As typed: "-o", "--output"; a positional argument has its name alone, "LIB".
  std::vector<std::string> names;
  std::string value;                ///< what it takes: FILE, DIR, N, NUMBER, TEXT; empty for a flag
  std::vector<std::string> choices; ///< all that it accepts, if that is a list
  std::string allowed;              ///< otherwise, the numbers allowed: "1 to 1024"
  std::string standard;             ///< its value when it is not given, where it tells
  std::string help;
  bool isPositional = false, isRequired = false, takesMany = false;
  bool isValueOptional = false; ///< "--remarks" alone is enough

  bool isFlag() const { return value.empty(); }
  bool takesPath() const { return value == "FILE" || value == "DIR"; }
  /// What stands behind the name: "FILE", "f32|bf16", "N"; empty for a flag.
  std::string placeholder() const;
  /// The help with what else there is to say: allowed numbers, the standard value.
  std::string sentence() const;
};

OptionFacts factsOf(const CLI::Option &option);

/// The options and arguments of `command` in the order of their declaration, but for hidden ones.
std::vector<OptionFacts> optionsOf(const CLI::App &command);

/// All names of the options of `command`, "-o" and "--output", without its arguments'.
std::vector<std::string> optionNames(const CLI::App &command);
std::vector<std::string> commandNames(const CLI::App &program);

std::string firstLine(const std::string &text);
/// The first line of what a command says of itself.
std::string summaryOf(const CLI::App &command);

} // namespace transept::commands

#endif

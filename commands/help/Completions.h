// SPDX-License-Identifier: Apache-2.0
//
// What shells complete behind `transept`, from the declarations of commands and options.

#ifndef TRANSEPT_COMMANDS_HELP_COMPLETIONS_H
#define TRANSEPT_COMMANDS_HELP_COMPLETIONS_H

#include <CLI/CLI.hpp>

#include <string>

namespace transept::commands {

/// Scripts that the shells load: commands, options, the values that options accept, and files.
std::string bashCompletion(const CLI::App &program);
std::string zshCompletion(const CLI::App &program);
std::string fishCompletion(const CLI::App &program);

} // namespace transept::commands

#endif

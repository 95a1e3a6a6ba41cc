// SPDX-License-Identifier: Apache-2.0
//
// The manual pages, transept(1) and one a command, from the declarations of commands and options.

#ifndef TRANSEPT_COMMANDS_HELP_MANUALPAGES_H
#define TRANSEPT_COMMANDS_HELP_MANUALPAGES_H

#include <CLI/CLI.hpp>

#include <map>
#include <string>

namespace transept::commands {

/// The page of a program without commands.
std::string manualPage(const CLI::App &program, const std::string &version);

/// The pages in man(7) by their files' names: "transept.1", "transept-compile.1".
std::map<std::string, std::string> manualPages(const CLI::App &program, const std::string &version);

} // namespace transept::commands

#endif

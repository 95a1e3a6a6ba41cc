// SPDX-License-Identifier: Apache-2.0
//
// The whole command line of `transept`, which also its manual pages and completions are made of.

#ifndef TRANSEPT_COMMANDS_PROGRAM_H
#define TRANSEPT_COMMANDS_PROGRAM_H

#include <CLI/CLI.hpp>

#include <memory>

namespace transept::commands {

/// The program with all its subcommands, ready to parse.
std::unique_ptr<CLI::App> makeProgram();

} // namespace transept::commands

#endif

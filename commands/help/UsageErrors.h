// SPDX-License-Identifier: Apache-2.0
//
// What CLI11 says of wrong usage, in the words of this program.

#ifndef TRANSEPT_COMMANDS_HELP_USAGEERRORS_H
#define TRANSEPT_COMMANDS_HELP_USAGEERRORS_H

#include <CLI/CLI.hpp>

#include <string>

namespace transept::commands {

/// The message of `error` without the names of C++'s types.
std::string inOurWords(const CLI::ParseError &error);

} // namespace transept::commands

#endif

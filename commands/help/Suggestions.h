// SPDX-License-Identifier: Apache-2.0
//
// What someone may have meant who typed a name that does not exist.

#ifndef TRANSEPT_COMMANDS_HELP_SUGGESTIONS_H
#define TRANSEPT_COMMANDS_HELP_SUGGESTIONS_H

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace transept::commands {

/// Letters to insert, remove, replace, or exchange with a neighbour, to get from one word to the
/// other (Damerau 1964, each letter touched once).
size_t editDistance(const std::string &from, const std::string &to);

/// The name of `names` that is nearest to `typed`, with at most a third of its letters changed;
/// empty if there is none.
std::string nearest(const std::string &typed, const std::vector<std::string> &names);

/// Whether `program` was given options that it does not have. It has just refused its arguments.
bool hasUnexpectedOptions(const CLI::App &program);

/// The message about arguments that the program did not expect: an unknown command, an unknown
/// option, or too many arguments. `program` has just refused them.
std::string unexpectedArguments(const CLI::App &program);

/// The message about a first argument that is no command of `program`; empty if it is one, or an
/// option of the program itself.
std::string unknownCommand(const CLI::App &program, const std::string &argument);

} // namespace transept::commands

#endif

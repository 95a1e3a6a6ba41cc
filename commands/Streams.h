// SPDX-License-Identifier: Apache-2.0
//
// Standard output and standard error as all subcommands use them: no result is lost in silence, and
// nothing that a file says moves the cursor.

#ifndef TRANSEPT_COMMANDS_STREAMS_H
#define TRANSEPT_COMMANDS_STREAMS_H

#include "base/Printable.h"

#include <fmt/format.h>
#include <nlohmann/json_fwd.hpp>

#include <exception>
#include <string>
#include <utility>

namespace transept::commands {

/// To be called first: writing to a closed pipe, a closed stream or a file at its limit becomes an
/// error, and signals remove unfinished files.
void prepareStreams();

/// To be called last: the exit status, which is 1 with a message where standard output did not take
/// everything.
int finishStreams(int status);

/// Prints "error: ..." for what ended the program.
void printError(const std::exception &error);

/// Prints a line to standard error; one that does not take it changes nothing.
void printMessage(const std::string &message);

/// Whole lines to standard output, at once. Throws std::system_error.
void writeLines(const std::string &text);

/// Prints one JSON value as one line, or indented by this many blanks.
void printJson(const nlohmann::ordered_json &value, int indentation = -1);

/// Prints text for people to standard output, with the control characters of its values escaped.
template <typename... Values>
void printEscaped(fmt::format_string<Values...> format, Values &&...values) {
  fmt::print("{}", printable(fmt::format(format, std::forward<Values>(values)...)));
}

} // namespace transept::commands

#endif

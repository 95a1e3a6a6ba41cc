// SPDX-License-Identifier: Apache-2.0
//
// `--level`, which all commands have that run a library.

#ifndef TRANSEPT_COMMANDS_LEVELFLAG_H
#define TRANSEPT_COMMANDS_LEVELFLAG_H

#include <CLI/CLI.hpp>

#include <string>

namespace transept::commands {

inline void addLevelFlag(CLI::App *command, std::string &level) {
  command->add_option("--level", level,
                      "which of the library's processors to run as [the best for this machine]");
}

} // namespace transept::commands

#endif

// SPDX-License-Identifier: Apache-2.0
//
// `--level`, which all commands have that run a library.

#ifndef TRANSEPT_COMPILER_DRIVER_LEVELFLAG_H
#define TRANSEPT_COMPILER_DRIVER_LEVELFLAG_H

#include <CLI/CLI.hpp>

#include <string>

namespace transept::driver {

inline void addLevelFlag(CLI::App *command, std::string &level) {
  command->add_option("--level", level,
                      "which of the library's processors to run as [the best for this machine]");
}

} // namespace transept::driver

#endif

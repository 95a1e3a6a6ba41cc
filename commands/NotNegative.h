// SPDX-License-Identifier: Apache-2.0
//
// Numbers from 0 on, as options take them: CLI11's own check lets NaN pass, which then compares as
// neither too much nor too little.

#ifndef TRANSEPT_COMMANDS_NOTNEGATIVE_H
#define TRANSEPT_COMMANDS_NOTNEGATIVE_H

#include <CLI/CLI.hpp>

#include <cmath>
#include <string>

namespace transept::commands {

/// A finite number, 0 or more.
inline CLI::Validator notNegative() {
  auto check = [](const std::string &text) -> std::string {
    double value = 0;
    if (CLI::detail::lexical_cast(text, value) && std::isfinite(value) && value >= 0)
      return "";
    return "expects 0 or more, but got " + text;
  };
  return CLI::Validator(check, "NONNEGATIVE");
}

} // namespace transept::commands

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What values of options may be, with errors that say what was found and what is allowed. CLI11's
// own checks let NaN pass and read 010 as 8.

#ifndef TRANSEPT_COMMANDS_CHECKS_H
#define TRANSEPT_COMMANDS_CHECKS_H

#include "commands/help/Suggestions.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace transept::commands {

/// A finite number, 0 or more.
inline CLI::Validator notNegative() {
  auto check = [](const std::string &text) -> std::string {
    double value = 0;
    if (CLI::detail::lexical_cast(text, value) && std::isfinite(value) && value >= 0)
      return "";
    return "expects 0 or more, but got " + text;
  };
  return CLI::Validator(check, "0 or more");
}

/// An integer in decimals.
inline CLI::Validator between(int64_t least, int64_t most) {
  std::string allowed = fmt::format("{} to {}", least, most);
  auto check = [=](const std::string &text) -> std::string {
    int64_t value = 0;
    const char *last = text.data() + text.size();
    auto [end, error] = std::from_chars(text.data(), last, value);
    bool isNumber = error == std::errc() && end == last && (text.size() == 1 || text[0] != '0');
    if (isNumber && value >= least && value <= most)
      return "";
    return fmt::format("expects {}, but got {}", allowed, text);
  };
  return CLI::Validator(check, allowed);
}

/// One of some words.
inline CLI::Validator oneOf(const std::vector<std::string> &words) {
  auto check = [words](const std::string &text) -> std::string {
    if (std::ranges::find(words, text) != words.end())
      return "";
    std::string meant = nearest(CLI::detail::to_lower(text), words);
    return fmt::format("expects one of {}, but got {}{}", fmt::join(words, ", "), text,
                       meant.empty() ? "" : "; did you mean " + meant + "?");
  };
  return CLI::Validator(check, "{" + CLI::detail::join(words, ",") + "}");
}

} // namespace transept::commands

#endif

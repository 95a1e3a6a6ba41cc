// SPDX-License-Identifier: Apache-2.0
//
// CLI11 keeps nothing of an error but its text, so the names in it are taken from there.

#include "commands/help/UsageErrors.h"

#include <fmt/format.h>

namespace transept::commands {

std::string inOurWords(const CLI::ParseError &error) {
  std::string text = error.what();
  const std::string conversion = "Could not convert: ";
  if (size_t equals = text.find(" = "); text.starts_with(conversion) && equals != text.npos)
    return fmt::format("{}: cannot be {}",
                       text.substr(conversion.size(), equals - conversion.size()),
                       text.substr(equals + 3));
  bool isMismatch = error.get_exit_code() == int(CLI::ExitCodes::ArgumentMismatch);
  size_t colon = text.find(": ");
  if (!isMismatch || colon == text.npos)
    return text;
  return text.substr(0, colon) +
         (text.find("At Most") != text.npos ? " may be given once only" : " needs a value");
}

} // namespace transept::commands

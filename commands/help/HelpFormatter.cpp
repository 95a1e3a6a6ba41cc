// SPDX-License-Identifier: Apache-2.0
//
// CLI11's formatter neither wraps lines nor shortens types.

#include "commands/help/HelpFormatter.h"
#include "commands/help/OptionFacts.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace transept::commands {

namespace {

constexpr size_t kMeaningColumn = 30;

} // namespace

size_t terminalWidth() {
  size_t columns = 0;
  if (winsize size{}; isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
    columns = size.ws_col;
  if (const char *given = std::getenv("COLUMNS"); columns == 0 && given)
    columns = std::strtoul(given, nullptr, 10);
  return columns == 0 ? 80 : std::clamp<size_t>(columns, 50, 120);
}

std::string HelpFormatter::wrapped(const std::string &text, size_t indent) const {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    size_t own = std::min(line.find_first_not_of(' '), line.size());
    size_t hanging = own == 0 ? 0 : own + 2;
    for (size_t room = width - indent; line.size() > room;) {
      size_t space = line.rfind(' ', room);
      if (space == std::string::npos || space <= hanging)
        space = line.find(' ', room);
      if (space == std::string::npos)
        break;
      result += line.substr(0, space) + "\n" + std::string(indent, ' ');
      line = std::string(hanging, ' ') + line.substr(space + 1);
    }
    result += line;
    if (!lines.eof())
      result += "\n" + std::string(indent, ' ');
  }
  return result;
}

std::string HelpFormatter::row(const std::string &name, const std::string &meaning) const {
  std::string text = "  " + name;
  text += text.size() + 2 > kMeaningColumn ? "\n" + std::string(kMeaningColumn, ' ')
                                           : std::string(kMeaningColumn - text.size(), ' ');
  return text + wrapped(meaning, kMeaningColumn) + "\n";
}

std::string HelpFormatter::make_description(const CLI::App *command) const {
  return wrapped(command->get_description(), 0) + "\n\n";
}

std::string HelpFormatter::make_option(const CLI::Option *option, bool) const {
  OptionFacts facts = factsOf(*option);
  std::string name = CLI::detail::join(facts.names, ", ");
  if (facts.isPositional)
    name += facts.takesMany ? "..." : "";
  else if (!facts.isFlag())
    name += " " + facts.placeholder();
  return row(name, facts.sentence());
}

std::string HelpFormatter::make_help(const CLI::App *command, std::string name,
                                     CLI::AppFormatMode mode) const {
  std::string text = CLI::Formatter::make_help(command, std::move(name), mode);
  for (size_t at = text.find("\n\n\n"); at != std::string::npos; at = text.find("\n\n\n", at))
    text.erase(at, 1);
  return text;
}

std::string HelpFormatter::make_subcommand(const CLI::App *command) const {
  return row(command->get_name(), summaryOf(*command));
}

std::string HelpFormatter::make_usage(const CLI::App *command, std::string name) const {
  std::string usage = "Usage: " + name;
  if (!command->get_subcommands({}).empty())
    return usage + " COMMAND ...\n";
  for (const OptionFacts &facts : optionsOf(*command))
    if (facts.isRequired && !facts.isPositional)
      usage += " " + facts.names.back() + " " + facts.placeholder();
  usage += " [OPTIONS]";
  for (const OptionFacts &facts : optionsOf(*command)) {
    if (!facts.isPositional)
      continue;
    std::string argument = facts.names.front() + (facts.takesMany ? "..." : "");
    usage += facts.isRequired ? " " + argument : " [" + argument + "]";
  }
  return usage + "\n";
}

} // namespace transept::commands

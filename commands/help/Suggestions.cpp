// SPDX-License-Identifier: Apache-2.0
//
// Names are compared by the number of letters that differ.

#include "commands/help/Suggestions.h"
#include "commands/help/OptionFacts.h"

#include <fmt/format.h>

#include <algorithm>

namespace transept::commands {

size_t editDistance(const std::string &from, const std::string &to) {
  // distances[i][j]: from the first i letters to the first j.
  std::vector<std::vector<size_t>> distances(from.size() + 1, std::vector<size_t>(to.size() + 1));
  for (size_t i = 0; i <= from.size(); ++i)
    for (size_t j = 0; j <= to.size(); ++j) {
      size_t &distance = distances[i][j];
      if (i == 0 || j == 0) {
        distance = i + j;
        continue;
      }
      size_t replaced = distances[i - 1][j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      distance = std::min({replaced, distances[i - 1][j] + 1, distances[i][j - 1] + 1});
      if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
        distance = std::min(distance, distances[i - 2][j - 2] + 1);
    }
  return distances[from.size()][to.size()];
}

std::string nearest(const std::string &typed, const std::vector<std::string> &names) {
  std::string best;
  size_t bestDistance = std::max<size_t>(1, typed.size() / 3) + 1;
  for (const std::string &name : names)
    if (size_t distance = editDistance(typed, name); distance < bestDistance)
      best = name, bestDistance = distance;
  return best;
}

namespace {

std::string withSuggestion(std::string message, const std::string &suggestion) {
  return suggestion.empty() ? message : message + fmt::format("; did you mean {}?", suggestion);
}

bool isOption(const std::string &argument) {
  return argument.size() > 1 && argument.front() == '-';
}

/// "--beams" of "--beams=4".
std::string nameIn(const std::string &option) {
  return option.substr(0, option.find('='));
}

const CLI::App &chosenCommand(const CLI::App &program) {
  std::vector<CLI::App *> chosen = program.get_subcommands();
  return chosen.empty() ? program : *chosen.front();
}

} // namespace

bool hasUnexpectedOptions(const CLI::App &program) {
  return std::ranges::any_of(program.remaining(/*recurse=*/true), isOption);
}

std::string unexpectedArguments(const CLI::App &program) {
  const CLI::App &command = chosenCommand(program);
  std::vector<std::string> rest = program.remaining(/*recurse=*/true);
  auto option = std::ranges::find_if(rest, isOption);
  if (option == rest.end())
    return fmt::format("{} takes no argument '{}'", command.get_name(),
                       rest.empty() ? "" : rest.front());
  std::string typed = nameIn(*option);
  return withSuggestion(fmt::format("{} has no option {}", command.get_name(), typed),
                        nearest(typed, optionNames(command)));
}

std::string unknownCommand(const CLI::App &program, const std::string &argument) {
  std::vector<std::string> names = commandNames(program);
  if (std::ranges::find(names, argument) != names.end())
    return "";
  if (!argument.starts_with("-"))
    return withSuggestion(fmt::format("there is no command '{}'", argument),
                          nearest(argument, names));
  std::string typed = nameIn(argument);
  names = optionNames(program);
  if (std::ranges::find(names, typed) != names.end())
    return "";
  return withSuggestion(
      fmt::format("expects a command first, but got {}; options stand behind it", typed),
      nearest(typed, names));
}

} // namespace transept::commands

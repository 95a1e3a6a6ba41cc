// SPDX-License-Identifier: Apache-2.0
//
// One script a shell, each in that shell's own way of completing.

#include "commands/help/Completions.h"
#include "commands/help/OptionFacts.h"

#include <fmt/format.h>

namespace transept::commands {

namespace {

/// In single quotes, as all three shells read it.
std::string quoted(const std::string &text) {
  std::string result = "'";
  for (char letter : text)
    result += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return result + "'";
}

/// The arms of bash's `case "$command $previous"`: what stands behind an option that takes a value.
std::string bashValues(const CLI::App &command) {
  std::string arms;
  for (const OptionFacts &facts : optionsOf(command)) {
    if (facts.isPositional || facts.isFlag())
      continue;
    std::string pattern;
    for (const std::string &name : facts.names)
      pattern += (pattern.empty() ? "\"" : "|\"") + command.get_name() + " " + name + "\"";
    std::string words = facts.value == "DIR" ? "-d --"
                        : facts.value == "FILE"
                            ? "-f --"
                            : "-W '" + fmt::format("{}", fmt::join(facts.choices, " ")) + "' --";
    arms += fmt::format("    {}) mapfile -t COMPREPLY < <(compgen {} \"$word\"); return ;;\n",
                        pattern, words);
  }
  return arms;
}

/// `text` inside the brackets of a specification of zsh's _arguments.
std::string inBrackets(const std::string &text) {
  std::string result;
  for (char letter : firstLine(text)) {
    if (letter == '[' || letter == ']' || letter == ':')
      result += '\\';
    result += letter;
  }
  return result;
}

std::string zshAction(const OptionFacts &facts) {
  if (!facts.choices.empty())
    return fmt::format("({})", fmt::join(facts.choices, " "));
  return facts.value == "DIR" ? "_files -/" : facts.value == "FILE" ? "_files" : "";
}

std::string zshArguments(const CLI::App &command) {
  std::string text;
  for (const OptionFacts &facts : optionsOf(command)) {
    if (facts.isPositional) {
      text += " \\\n        " +
              quoted(fmt::format("{}:{}:_files", facts.takesMany ? "*" : "", facts.names.front()));
      continue;
    }
    for (const std::string &name : facts.names) {
      std::string value =
          facts.isFlag() ? "" : fmt::format(":{}:{}", facts.value, zshAction(facts));
      text +=
          " \\\n        " + quoted(fmt::format("{}[{}]{}", name, inBrackets(facts.help), value));
    }
  }
  return text;
}

} // namespace

std::string bashCompletion(const CLI::App &program) {
  std::string values, options;
  for (const CLI::App *command : program.get_subcommands({})) {
    values += bashValues(*command);
    options += fmt::format("    {}) options='{}' ;;\n", command->get_name(),
                           fmt::join(optionNames(*command), " "));
  }
  return fmt::format(R"(# Completes `transept` in bash.
_transept() {{
  local word="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD - 1]}}"
  local command="${{COMP_WORDS[1]}}" options=''
  # Bash takes the sign of --option=value for a word of its own.
  if [ "$word" = = ]; then
    word=
  elif [ "$previous" = = ]; then
    previous="${{COMP_WORDS[COMP_CWORD - 2]}}"
  fi
  if [ "$COMP_CWORD" -eq 1 ]; then
    mapfile -t COMPREPLY < <(compgen -W '{commands} --help --version' -- "$word")
    return
  fi
  case "$command $previous" in
{values}  esac
  case "$command" in
{options}  esac
  case "$word" in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word") ;;
    *) mapfile -t COMPREPLY < <(compgen -f -- "$word") ;;
  esac
}}
complete -o filenames -F _transept transept
)",
                     fmt::arg("commands", fmt::join(commandNames(program), " ")),
                     fmt::arg("values", values), fmt::arg("options", options));
}

std::string zshCompletion(const CLI::App &program) {
  std::string commands, cases;
  for (const CLI::App *command : program.get_subcommands({})) {
    commands += fmt::format("    {}\n", quoted(command->get_name() + ":" + summaryOf(*command)));
    cases += fmt::format("      {})\n        _arguments{} ;;\n", command->get_name(),
                         zshArguments(*command));
  }
  return fmt::format(R"(#compdef transept
_transept() {{
  local -a commands=(
{commands}  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local command="${{words[2]}}"
  shift words
  (( CURRENT-- ))
  case "$command" in
{cases}  esac
}}
_transept "$@"
)",
                     fmt::arg("commands", commands), fmt::arg("cases", cases));
}

std::string fishCompletion(const CLI::App &program) {
  std::string text = "# Completes `transept` in fish.\n";
  for (const CLI::App *command : program.get_subcommands({}))
    text += fmt::format("complete -c transept -n __fish_use_subcommand -xa {} -d {}\n",
                        command->get_name(), quoted(summaryOf(*command)));
  for (const CLI::App *command : program.get_subcommands({}))
    for (const OptionFacts &facts : optionsOf(*command)) {
      if (facts.isPositional)
        continue;
      std::string line = fmt::format("complete -c transept -n '__fish_seen_subcommand_from {}'",
                                     command->get_name());
      for (const std::string &name : facts.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      if (!facts.choices.empty())
        line += " -xa " + quoted(fmt::format("{}", fmt::join(facts.choices, " ")));
      else if (facts.takesPath())
        line += " -rF";
      else if (!facts.isFlag() && !facts.isValueOptional)
        line += " -x";
      text += line + " -d " + quoted(firstLine(facts.help)) + "\n";
    }
  return text;
}

} // namespace transept::commands

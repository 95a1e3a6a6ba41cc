// SPDX-License-Identifier: Apache-2.0
//
// CLI11 keeps types and validators of an option as one text, "INT:1 to 1024"; here it comes
// apart again.

#include "commands/help/OptionFacts.h"

#include <algorithm>

namespace transept::commands {

namespace {

/// Short words for CLI11's names of types.
std::string shortType(const std::string &type) {
  if (type == "INT" || type == "UINT")
    return "N";
  return type == "FLOAT" ? "NUMBER" : type;
}

void readType(OptionFacts &facts, const std::string &text) {
  size_t colon = text.find(':');
  facts.value = shortType(text.substr(0, colon));
  if (colon == std::string::npos)
    return;
  std::string validator = text.substr(colon + 1);
  if (validator.front() == '{' && validator.back() == '}')
    facts.choices = CLI::detail::split(validator.substr(1, validator.size() - 2), ',');
  else
    facts.allowed = validator;
}

std::string joined(const std::vector<std::string> &words, const char *separator) {
  return CLI::detail::join(words, separator);
}

} // namespace

std::string OptionFacts::placeholder() const {
  // A long list reads better behind the help.
  bool listsChoices = !choices.empty() && joined(choices, "|").size() <= 20;
  std::string text = listsChoices ? joined(choices, "|") : value;
  return isValueOptional ? "[" + text + "]" : text;
}

std::string OptionFacts::sentence() const {
  std::string text = help;
  if (!choices.empty() && placeholder() == value && !help.empty() &&
      help.find("\n") == std::string::npos)
    text += " (" + joined(choices, ", ") + ")";
  if (!allowed.empty())
    text += " (" + allowed + ")";
  if (!standard.empty())
    text += " [" + standard + "]";
  return text;
}

OptionFacts factsOf(const CLI::Option &option) {
  OptionFacts facts;
  facts.isPositional = option.get_positional();
  if (facts.isPositional)
    facts.names = {option.get_name(/*positional=*/true)};
  for (const std::string &name : option.get_snames())
    facts.names.push_back("-" + name);
  for (const std::string &name : option.get_lnames())
    facts.names.push_back("--" + name);
  if (option.get_items_expected_max() != 0)
    readType(facts, option.get_type_name());
  facts.help = option.get_description();
  facts.isRequired = option.get_required();
  facts.takesMany = option.get_items_expected_max() > 1 ||
                    option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
  facts.isValueOptional = !facts.isFlag() && option.get_items_expected_min() == 0;
  // CLI11 keeps what such an option means without a value at the same place.
  if (!facts.isValueOptional)
    facts.standard = option.get_default_str();
  return facts;
}

std::vector<OptionFacts> optionsOf(const CLI::App &command) {
  std::vector<OptionFacts> list;
  for (const CLI::Option *option : command.get_options())
    if (!option->get_group().empty())
      list.push_back(factsOf(*option));
  return list;
}

std::vector<std::string> optionNames(const CLI::App &command) {
  std::vector<std::string> names;
  for (const OptionFacts &facts : optionsOf(command))
    if (!facts.isPositional)
      names.insert(names.end(), facts.names.begin(), facts.names.end());
  return names;
}

std::vector<std::string> commandNames(const CLI::App &program) {
  std::vector<std::string> names;
  for (const CLI::App *command : program.get_subcommands({}))
    names.push_back(command->get_name());
  return names;
}

std::string firstLine(const std::string &text) {
  return text.substr(0, text.find('\n'));
}

std::string summaryOf(const CLI::App &command) {
  return firstLine(command.get_description());
}

} // namespace transept::commands

// SPDX-License-Identifier: Apache-2.0
//
// man(7): a macro a line, and text in which backslashes, hyphens and leading dots are escaped.

#include "commands/help/ManualPages.h"
#include "commands/help/OptionFacts.h"

#include <fmt/format.h>

#include <sstream>

namespace transept::commands {

namespace {

std::string escaped(const std::string &text) {
  std::string result;
  for (char letter : text) {
    bool beginsLine = result.empty() || result.back() == '\n';
    if (beginsLine && (letter == '.' || letter == '\''))
      result += "\\&";
    if (letter == '\\')
      result += "\\e";
    else if (letter == '-')
      result += "\\-";
    else
      result += letter;
  }
  return result;
}

/// Each line of `text` is a paragraph's line of its own.
std::string paragraphs(const std::string &text) {
  std::string result;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    result += (result.empty() ? "" : ".br\n") + escaped(line) + "\n";
  return result;
}

std::string head(const std::string &name, const std::string &summary, const std::string &version) {
  return fmt::format(".TH \"{}\" 1 \"\" \"Transept {}\" \"Transept\"\n.SH NAME\n{} \\- {}\n",
                     escaped(CLI::detail::to_lower(name)), version, escaped(name),
                     escaped(summary));
}

std::string term(const OptionFacts &facts) {
  std::string text;
  for (const std::string &name : facts.names)
    text += (text.empty() ? "" : ", ") + ("\\fB" + escaped(name) + "\\fR");
  if (!facts.isPositional && !facts.isFlag())
    text += " \\fI" + escaped(facts.placeholder()) + "\\fR";
  return text;
}

std::string synopsis(const std::string &name, const std::vector<OptionFacts> &options) {
  std::string text = fmt::format("\\fB{}\\fR", escaped(name));
  for (const OptionFacts &facts : options)
    if (facts.isRequired && !facts.isPositional)
      text += " " + term(facts);
  text += " [\\fIOPTIONS\\fR]";
  for (const OptionFacts &facts : options)
    if (facts.isPositional) {
      std::string argument = "\\fI" + facts.names.front() + "\\fR" + (facts.takesMany ? "..." : "");
      text += facts.isRequired ? " " + argument : " [" + argument + "]";
    }
  return text;
}

/// `name` as in the file's, `typed` as users type it.
std::string optionsPage(const CLI::App &command, const std::string &name, const std::string &typed,
                        const std::string &version) {
  std::vector<OptionFacts> options = optionsOf(command);
  std::string text = head(name, summaryOf(command), version);
  text += ".SH SYNOPSIS\n" + synopsis(typed, options) + "\n";
  text += ".SH DESCRIPTION\n" + paragraphs(command.get_description());
  text += ".SH OPTIONS\n";
  for (const OptionFacts &facts : options)
    text += ".TP\n" + term(facts) + "\n" + paragraphs(facts.sentence());
  return text + ".SH SEE ALSO\n\\fBtransept\\fR(1)\n";
}

std::string programPage(const CLI::App &program, const std::string &version) {
  std::string text = head("transept", "compile and run encoder-decoder transformers", version);
  text += ".SH SYNOPSIS\n\\fBtransept\\fR \\fICOMMAND\\fR ...\n";
  text += ".SH DESCRIPTION\n" + paragraphs(program.get_description()) + ".SH COMMANDS\n";
  for (const CLI::App *command : program.get_subcommands({}))
    text += fmt::format(".TP\n\\fBtransept\\-{}\\fR(1)\n{}\n", escaped(command->get_name()),
                        escaped(summaryOf(*command)));
  return text;
}

} // namespace

std::string manualPage(const CLI::App &program, const std::string &version) {
  return optionsPage(program, program.get_name(), program.get_name(), version);
}

std::map<std::string, std::string> manualPages(const CLI::App &program,
                                               const std::string &version) {
  std::map<std::string, std::string> pages{{"transept.1", programPage(program, version)}};
  for (const CLI::App *command : program.get_subcommands({}))
    pages["transept-" + command->get_name() + ".1"] = optionsPage(
        *command, "transept-" + command->get_name(), "transept " + command->get_name(), version);
  return pages;
}

} // namespace transept::commands

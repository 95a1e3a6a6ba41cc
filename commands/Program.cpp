// SPDX-License-Identifier: Apache-2.0
//
// Every subcommand once, in the order of `transept --help`.

#include "commands/Program.h"
#include "commands/Commands.h"
#include "commands/help/HelpFormatter.h"
#include "commands/help/OptionFacts.h"

namespace transept::commands {

namespace {

/// An empty name is usually that of a variable of the shell that is not set.
CLI::Validator hasName() {
  return CLI::Validator(
      [](const std::string &name) {
        return name.empty() ? "expects the name of a file or folder, but got an empty one" : "";
      },
      "");
}

} // namespace

std::unique_ptr<CLI::App> makeProgram() {
  auto program = std::make_unique<CLI::App>(
      "Transept compiles encoder-decoder transformers to shared libraries.\n"
      "Exit status: 0 done, 1 the work or a check failed, 2 wrong usage.",
      "transept");
  auto formatter = std::make_shared<HelpFormatter>(terminalWidth());
  formatter->label("Positionals", "Arguments");
  program->formatter(formatter);
  // Subcommands inherit this, so before they are added.
  program->set_help_flag("-h,--help", "print this help and exit");
  program->set_version_flag("--version", TRANSEPT_VERSION,
                            "print the versions of Transept and LLVM, and the targets, and exit");
  program->require_subcommand(1);
  addCompileCommand(*program);
  addDescribeCommand(*program);
  addGenerateCommand(*program);
  addClassifyCommand(*program);
  addScoreCommand(*program);
  addForecastCommand(*program);
  addVerifyCommand(*program);
  addInspectCommand(*program);
  addExplainCommand(*program);
  addReportCommand(*program);
  addProfileCommand(*program);
  addTraceCommand(*program);
  addDiffCommand(*program);
  addBenchCommand(*program);
  for (CLI::App *command : program->get_subcommands({})) {
    command->group("Commands");
    for (CLI::Option *option : command->get_options())
      if (factsOf(*option).takesPath())
        option->check(hasName());
  }
  // Subcommands would inherit it.
  program->footer("`transept COMMAND --help` says more of a command.");
  return program;
}

} // namespace transept::commands

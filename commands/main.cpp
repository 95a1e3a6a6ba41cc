// SPDX-License-Identifier: Apache-2.0
//
// The `transept` command: parses the command line and dispatches.

#include "commands/Commands.h"
#include "commands/Streams.h"

#include <exception>

using namespace transept::commands;

/// The exit status.
static int dispatch(int argumentCount, char **arguments) {
  CLI::App program("Transept compiles encoder-decoder transformers to shared libraries.\n"
                   "Exit status: 0 done, 1 the work or a check failed, 2 wrong usage.",
                   "transept");
  program.require_subcommand(1);
  program.set_version_flag("--version", TRANSEPT_VERSION);
  addCompileCommand(program);
  addDescribeCommand(program);
  addGenerateCommand(program);
  addVerifyCommand(program);
  addInspectCommand(program);
  addExplainCommand(program);
  addReportCommand(program);
  addProfileCommand(program);
  addTraceCommand(program);
  addDiffCommand(program);
  addBenchCommand(program);
  try {
    program.parse(argumentCount, arguments);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return program.exit(error);
    printError(error);
    printMessage("Run `transept --help` or `transept COMMAND --help`.");
    return 2;
  } catch (const ExitStatus &exit) {
    return exit.status;
  } catch (const std::exception &error) {
    printError(error);
    return 1;
  }
  return 0;
}

int main(int argumentCount, char **arguments) {
  prepareStreams();
  return finishStreams(dispatch(argumentCount, arguments));
}

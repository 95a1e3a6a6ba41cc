// SPDX-License-Identifier: Apache-2.0
//
// The `transept` command: parses the command line and dispatches.

#include "commands/Commands.h"
#include "commands/Program.h"
#include "commands/Streams.h"
#include "commands/help/Suggestions.h"
#include "commands/help/UsageErrors.h"

#include <exception>

using namespace transept::commands;

static int reportUsage(const std::string &message, const CLI::App &program) {
  std::vector<CLI::App *> chosen = program.get_subcommands();
  std::string command = chosen.empty() ? "" : chosen.front()->get_name() + " ";
  printError(std::runtime_error(message));
  printMessage("Run `transept " + command + "--help`.");
  return 2;
}

/// The exit status.
static int dispatch(int argumentCount, char **arguments) {
  std::unique_ptr<CLI::App> program = makeProgram();
  try {
    if (argumentCount > 1)
      if (std::string unknown = unknownCommand(*program, arguments[1]); !unknown.empty())
        return reportUsage(unknown, *program);
    program->parse(argumentCount, arguments);
  } catch (const CLI::ExtrasError &) {
    return reportUsage(unexpectedArguments(*program), *program);
  } catch (const CLI::RequiredError &error) {
    if (hasUnexpectedOptions(*program))
      return reportUsage(unexpectedArguments(*program), *program);
    bool hasCommand = !program->get_subcommands().empty();
    return reportUsage(hasCommand ? error.what() : "a command is required", *program);
  } catch (const CLI::ParseError &error) {
    if (error.get_exit_code() == 0)
      return program->exit(error);
    return reportUsage(inOurWords(error), *program);
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

// SPDX-License-Identifier: Apache-2.0
//
// The subcommands of `transept`, one file each. main.cpp only dispatches.

#ifndef TRANSEPT_COMMANDS_COMMANDS_H
#define TRANSEPT_COMMANDS_COMMANDS_H

#include <CLI/CLI.hpp>

namespace transept::commands {

/// Each adds its subcommand to the program; what it does runs as the subcommand's callback, which
/// throws std::exception when the work fails (exit status 1) and ExitStatus for another status.
void addCompileCommand(CLI::App &program);
void addDescribeCommand(CLI::App &program);
void addGenerateCommand(CLI::App &program);
void addClassifyCommand(CLI::App &program);
void addScoreCommand(CLI::App &program);
void addForecastCommand(CLI::App &program);
void addVerifyCommand(CLI::App &program);
void addInspectCommand(CLI::App &program);
void addExplainCommand(CLI::App &program);
void addReportCommand(CLI::App &program);
void addProfileCommand(CLI::App &program);
void addTraceCommand(CLI::App &program);
void addDiffCommand(CLI::App &program);
void addBenchCommand(CLI::App &program);

/// Ends the program with this status and no further message.
struct ExitStatus {
  int status;
};

} // namespace transept::commands

#endif

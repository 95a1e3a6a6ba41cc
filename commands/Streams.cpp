// SPDX-License-Identifier: Apache-2.0
//
// What is buffered may fail to be written as late as at the end, so that the end looks.

#include "commands/Streams.h"

#include "base/OutputFile.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <system_error>
#include <unistd.h>

namespace transept::commands {

namespace {

/// A file that is opened must not get the number of a closed stream, whose text would go there.
/// What takes the place of standard input and output fails as the closed one would.
void occupyClosedStreams() {
  struct Stand {
    int descriptor, flags;
  };
  for (Stand stand :
       {Stand{STDIN_FILENO, O_WRONLY}, {STDOUT_FILENO, O_RDONLY}, {STDERR_FILENO, O_WRONLY}})
    if (fcntl(stand.descriptor, F_GETFD) < 0)
      open("/dev/null", stand.flags);
}

/// Why standard output did not take everything; 0 where it did.
int flushOutput() {
  bool hasFailed = std::ferror(stdout) != 0;
  if (std::fflush(stdout) != 0)
    return errno;
  if (hasFailed)
    return EIO;
  // Some file systems tell only when a file is closed.
  int copy = dup(STDOUT_FILENO);
  return copy < 0 || close(copy) != 0 ? errno : 0;
}

} // namespace

void prepareStreams() {
  occupyClosedStreams();
  std::signal(SIGPIPE, SIG_IGN);
  removeOutputsOnSignals();
}

int finishStreams(int status) {
  bool isKnown = status != 0 && std::ferror(stdout);
  int error = flushOutput();
  if (error == 0)
    return status;
  if (!isKnown)
    printMessage(std::string("error: cannot write standard output: ") + std::strerror(error));
  return status == 0 ? 1 : status;
}

void printError(const std::exception &error) {
  auto *system = dynamic_cast<const std::system_error *>(&error);
  bool isOutput = system && std::ferror(stdout);
  printMessage("error: " + (isOutput ? "cannot write standard output: " + system->code().message()
                                     : std::string(error.what())));
}

void writeLines(const std::string &text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    throw std::system_error(errno, std::generic_category(), "cannot write standard output");
}

void printJson(const nlohmann::ordered_json &value, int indentation) {
  // Names of files need not be UTF-8.
  fmt::print("{}\n", value.dump(indentation, ' ', /*ensure_ascii=*/false,
                                nlohmann::ordered_json::error_handler_t::replace));
}

void printMessage(const std::string &message) {
  std::string line = printable(message) + "\n";
  std::fwrite(line.data(), 1, line.size(), stderr);
}

} // namespace transept::commands

// SPDX-License-Identifier: Apache-2.0
//
// Writes the manual pages and the completions of shells into a folder, when Transept is built.

#include "commands/Program.h"
#include "commands/help/Completions.h"
#include "commands/help/ManualPages.h"
#include "serve/Flags.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace transept;
using namespace transept::commands;

int main(int argumentCount, char **arguments) {
  if (argumentCount != 2) {
    std::fprintf(stderr, "Usage: write_help_pages DIR\n");
    return 2;
  }
  std::filesystem::path directory = arguments[1];
  bool isWritten = true;
  auto write = [&](const std::string &name, const std::string &text) {
    std::ofstream stream(directory / name);
    stream << text << std::flush;
    isWritten = isWritten && stream.good();
  };
  std::filesystem::create_directories(directory / "man");
  std::unique_ptr<CLI::App> program = makeProgram();
  for (const auto &[name, text] : manualPages(*program, TRANSEPT_NUMBER))
    write("man/" + name, text);
  CLI::App server;
  serve::Flags().addTo(server);
  write("man/transept-serve.1", manualPage(server, TRANSEPT_NUMBER));
  write("transept.bash", bashCompletion(*program));
  write("_transept", zshCompletion(*program));
  write("transept.fish", fishCompletion(*program));
  return isWritten ? 0 : 1;
}

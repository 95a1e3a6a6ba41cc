// SPDX-License-Identifier: Apache-2.0
//
// `transept-serve`: compiled models behind HTTP.

#include "serve/Flags.h"
#include "serve/Server.h"

#include "base/Printable.h"

#include <csignal>
#include <cstdio>

using namespace transept;
using namespace transept::serve;

static int serveModels(const Flags &flags) {
  Service service([&flags] { return flags.configuration(); });
  Server(service).run();
  return 0;
}

int main(int argumentCount, char **arguments) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App program;
  Flags flags;
  flags.addTo(program);
  try {
    program.parse(argumentCount, arguments);
    return serveModels(flags);
  } catch (const CLI::ParseError &error) {
    int status = program.exit(error);
    return status == 0 ? 0 : 2;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "error: %s\n", printable(error.what()).c_str());
    return 1;
  }
}

// SPDX-License-Identifier: Apache-2.0
//
// A flag for each limit, from limits.inc.

#include "serve/Flags.h"

#include "base/Error.h"

#include <fmt/format.h>

#include <filesystem>

namespace transept::serve {

namespace {

CLI::Validator between(double minimum, double maximum) {
  auto check = [=](const std::string &text) -> std::string {
    int64_t value = 0;
    if (CLI::detail::lexical_cast(text, value) && double(value) >= minimum &&
        double(value) <= maximum)
      return "";
    return fmt::format("expects {} to {}, but got {}", minimum, maximum, text);
  };
  return CLI::Validator(check, "");
}

/// "NAME=FILE", or a file, which is called as it is: libende.so is ende.
std::pair<std::string, std::string> nameAndFile(const std::string &argument) {
  size_t equals = argument.find('=');
  if (equals != argument.npos)
    return {argument.substr(0, equals), argument.substr(equals + 1)};
  std::string name = std::filesystem::path(argument).filename().stem().string();
  return {name.starts_with("lib") ? name.substr(3) : name, argument};
}

} // namespace

void Flags::addTo(CLI::App &program) {
  program.name("transept-serve");
  program.description(
      "Answers requests over HTTP with compiled models.\n"
      "Exit status: 0 stopped by SIGTERM or SIGINT, 1 it cannot serve, 2 wrong usage.");
  program.set_help_flag("-h,--help", "print this help and exit");
  program.set_version_flag("--version", "transept " TRANSEPT_VERSION, "print the version and exit");
  program
      .add_option("MODEL", libraries,
                  "compiled models: FILE, or NAME=FILE; more, and more about them, may be in the "
                  "file of --config")
      ->type_name("");
  program
      .add_option("--config", file, "a JSON file of models, keys and limits; SIGHUP reads it again")
      ->type_name("FILE");
  program.add_option("--address", address, "where to listen [127.0.0.1, this machine alone]")
      ->type_name("IP");
  program.add_option("--port", port, "where to listen; 0 for any [8080]")
      ->type_name("N")
      ->check(between(0, 65535));
  program
      .add_option("--wyoming-port", wyomingPort,
                  "where to speak Home Assistant's Wyoming protocol, too; 0 for any [nowhere]")
      ->type_name("N")
      ->check(between(0, 65535));
  program
      .add_option("--grpc-port", grpcPort,
                  "where to speak the Open Inference Protocol over gRPC, too; 0 for any [nowhere]")
      ->type_name("N")
      ->check(between(0, 65535));
  program
      .add_option("--threads", threads,
                  "threads that all models work on together; 0: all cores [0]")
      ->type_name("N")
      ->check(between(0, 1024));
#define LIMIT(name, flag, value, minimum, maximum, help)                                           \
  program.add_option(flag, limits.name, fmt::format("{} [{}]", help, uint64_t(value)))             \
      ->type_name("N")                                                                             \
      ->group("Limits")                                                                            \
      ->check(between(minimum, maximum));
#include "serve/limits.inc"
#undef LIMIT
}

Configuration Flags::configuration() const {
  Configuration result;
  if (!file.empty())
    readConfiguration(file, result);
  for (const std::string &library : libraries) {
    auto [name, path] = nameAndFile(library);
    checkModelName(name, library);
    result.models[name] = {.library = path};
  }
  result.address = address.value_or(result.address);
  result.port = port.value_or(result.port);
  if (wyomingPort)
    result.wyomingPort = wyomingPort;
  if (grpcPort)
    result.grpcPort = grpcPort;
#ifndef TRANSEPT_GRPC
  if (result.grpcPort)
    throw InputError("a port for gRPC is given, but this transept-serve was built without it "
                     "(-DTRANSEPT_GRPC=ON)");
#endif
  if (result.wyomingPort && !result.keys.empty())
    throw InputError(
        "a port for the Wyoming protocol is given beside keys, but it knows none: whoever "
        "reaches the port could do without; let another transept-serve speak it");
  result.threads = threads.value_or(result.threads);
#define LIMIT(name, flag, value, minimum, maximum, help)                                           \
  result.limits.name = limits.name.value_or(result.limits.name);
#include "serve/limits.inc"
#undef LIMIT
  if (result.models.empty() && file.empty())
    throw InputError("there is nothing to serve: give a compiled model, or --config");
  return result;
}

} // namespace transept::serve

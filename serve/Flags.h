// SPDX-License-Identifier: Apache-2.0
//
// The flags of `transept-serve`, and what they make of a configuration file.

#ifndef TRANSEPT_SERVE_FLAGS_H
#define TRANSEPT_SERVE_FLAGS_H

#include "serve/Configuration.h"

#include <CLI/CLI.hpp>

#include <optional>

namespace transept::serve {

class Flags {
public:
  void addTo(CLI::App &program);

  /// The file's configuration, as it is now, with the flags before it. Throws InputError.
  Configuration configuration() const;

private:
  std::string file;
  std::vector<std::string> libraries;
  std::optional<std::string> address;
  std::optional<uint16_t> port, wyomingPort, grpcPort;
  std::optional<unsigned> threads;
  struct {
#define LIMIT(name, flag, value, minimum, maximum, help) std::optional<uint64_t> name = {};
#include "serve/limits.inc"
#undef LIMIT
  } limits;
};

} // namespace transept::serve

#endif

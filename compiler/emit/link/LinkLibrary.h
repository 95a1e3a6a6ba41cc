// SPDX-License-Identifier: Apache-2.0
//
// Links object code and the runtime into a shared library, with lld in this process.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_LINKLIBRARY_H
#define TRANSEPT_COMPILER_EMIT_LINK_LINKLIBRARY_H

#include "compiler/targets/Architecture.h"

#include <string>
#include <vector>

namespace transept::emit {

/// What is to be linked, and with what name.
struct LinkedLibrary {
  const targets::Architecture &architecture;
  const std::vector<std::string> &objects;
  std::string exportedSymbol; // the only one
  std::string soname;
};

/// The bytes of the library. Nothing is written to any disk. Throws InputError with lld's message
/// when linking fails. Must not be called by two threads at once (lld keeps global state).
std::string linkLibrary(const LinkedLibrary &library);

} // namespace transept::emit

#endif

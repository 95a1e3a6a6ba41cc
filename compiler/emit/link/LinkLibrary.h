// SPDX-License-Identifier: Apache-2.0
//
// Links object code and the runtime into a shared library, with lld in this process.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_LINKLIBRARY_H
#define TRANSEPT_COMPILER_EMIT_LINK_LINKLIBRARY_H

#include <string>
#include <vector>

namespace transept::emit {

/// Writes `output`, which exports only `exportedSymbol` and calls itself `soname`. Throws
/// InputError with lld's message when linking fails. Must not be called by two threads at
/// once (lld keeps global state).
void linkLibrary(const std::vector<std::string> &objects, const std::string &exportedSymbol,
                 const std::string &soname, const std::string &output);

} // namespace transept::emit

#endif

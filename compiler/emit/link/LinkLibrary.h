// SPDX-License-Identifier: Apache-2.0
//
// Links object code and the runtime into a shared library, with lld in this process.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_LINKLIBRARY_H
#define TRANSEPT_COMPILER_EMIT_LINK_LINKLIBRARY_H

#include <string>
#include <vector>

namespace transept::emit {

/// The bytes of a library that exports only `exportedSymbol` and calls itself `soname`. Nothing is
/// written to any disk. Throws InputError with lld's message when linking fails. Must not be called
/// by two threads at once (lld keeps global state).
std::string linkLibrary(const std::vector<std::string> &objects, const std::string &exportedSymbol,
                        const std::string &soname);

} // namespace transept::emit

#endif

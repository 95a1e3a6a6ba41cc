// SPDX-License-Identifier: Apache-2.0
//
// Links object code and the runtime into a module of WebAssembly, with lld in this process.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_LINKWEBMODULE_H
#define TRANSEPT_COMPILER_EMIT_LINK_LINKWEBMODULE_H

#include "compiler/emit/link/LinkLibrary.h"

namespace transept::emit {

/// The bytes of the module, which exports its memory and the functions of bindings/web. Throws
/// InputError with lld's message when linking fails. Must not be called by two threads at once (lld
/// keeps global state).
std::string linkWebModule(const targets::Architecture &architecture,
                          const std::vector<std::string> &objects, const std::string &name);

} // namespace transept::emit

#endif

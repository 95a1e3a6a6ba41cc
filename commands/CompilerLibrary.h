// SPDX-License-Identifier: Apache-2.0
//
// The compiler, loaded when a command first needs it: the others start without LLVM and MLIR in
// memory.

#ifndef TRANSEPT_COMMANDS_COMPILERLIBRARY_H
#define TRANSEPT_COMMANDS_COMPILERLIBRARY_H

#include "compiler/session/CompilerFunctions.h"

namespace transept::commands {

/// Loads libtransept_compiler, which stays loaded. Throws Error where that fails, with the reason.
const session::CompilerFunctions &compilerLibrary();

} // namespace transept::commands

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What compiled libraries are linked with beside their own code: the archive of the runtime, which
// is data of the compiler, and the system's libraries.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_LIBRARYPARTS_H
#define TRANSEPT_COMPILER_EMIT_LINK_LIBRARYPARTS_H

#include "compiler/targets/Architecture.h"

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace transept::emit {

struct LibraryParts {
  llvm::StringRef archive;                  // its bytes
  std::vector<std::string> systemLibraries; // their files
};

/// Throws InputError where this compiler was built without the archive for the architecture, or
/// where its system libraries are not installed; it says which packages bring them.
LibraryParts libraryParts(const targets::Architecture &architecture);

} // namespace transept::emit

#endif

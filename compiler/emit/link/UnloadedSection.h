// SPDX-License-Identifier: Apache-2.0
//
// A section of a library that is not loaded with its code, and that `strip` removes: for those who
// look at the file.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_UNLOADEDSECTION_H
#define TRANSEPT_COMPILER_EMIT_LINK_UNLOADEDSECTION_H

#include "llvm/IR/Module.h"

#include <string>

namespace transept::emit {

struct UnloadedSection {
  std::string name;
  std::string bytes;
};

void addSection(llvm::Module &code, const UnloadedSection &section);

} // namespace transept::emit

#endif

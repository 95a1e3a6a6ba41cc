// SPDX-License-Identifier: Apache-2.0
//
// The executable's RUNPATH says where the library is.

#include "commands/CompilerLibrary.h"

#include <dlfcn.h>

namespace transept::commands {

namespace {

void *symbolOfLibrary() {
  void *library = dlopen(TRANSEPT_COMPILER_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  void *symbol = library ? dlsym(library, session::compilerFunctionsSymbol) : nullptr;
  if (!symbol)
    throw Error(ErrorCode::Library, std::string("cannot load the compiler: ") + dlerror());
  return symbol;
}

} // namespace

const session::CompilerFunctions &compilerLibrary() {
  static auto functions =
      reinterpret_cast<decltype(&transept_compiler_functions)>(symbolOfLibrary());
  return *functions();
}

} // namespace transept::commands

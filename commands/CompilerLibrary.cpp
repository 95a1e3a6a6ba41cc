// SPDX-License-Identifier: Apache-2.0
//
// The executable's RUNPATH says where the library is.

#include "commands/CompilerLibrary.h"

#include <dlfcn.h>

namespace transept::commands {

namespace {

const session::CompilerFunctions *load() {
  void *library = dlopen(TRANSEPT_COMPILER_LIBRARY, RTLD_NOW | RTLD_LOCAL);
  void *symbol = library ? dlsym(library, session::compilerFunctionsSymbol) : nullptr;
  if (!symbol)
    throw Error(ErrorCode::Library, std::string("cannot load the compiler: ") + dlerror());
  auto functions = reinterpret_cast<decltype(&transept_compiler_functions)>(symbol)();
  functions->removeOutputsOnSignals();
  return functions;
}

} // namespace

const session::CompilerFunctions &compilerLibrary() {
  static const session::CompilerFunctions *functions = load();
  return *functions;
}

} // namespace transept::commands

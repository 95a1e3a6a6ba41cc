// SPDX-License-Identifier: Apache-2.0
//
// What libtransept_compiler.so offers to a program that loads it by dlopen when it first compiles:
// LLVM and MLIR take 80 ms and 50 MB that other commands do not need.

#ifndef TRANSEPT_COMPILER_SESSION_COMPILERFUNCTIONS_H
#define TRANSEPT_COMPILER_SESSION_COMPILERFUNCTIONS_H

#include "transept/compiler.h"

namespace transept::session {

/// The doors of transept/compiler.h.
struct CompilerFunctions {
  CompiledLibrary (*compile)(const std::string &input, const CompileOptions &options);
  std::string (*emitStage)(const std::string &input, const std::string &stage,
                           const CompileOptions &options);
  /// base/OutputFile.h, of the files that the library writes: it has a list of its own.
  void (*removeOutputsOnSignals)();
};

constexpr const char *compilerFunctionsSymbol = "transept_compiler_functions";

} // namespace transept::session

/// Caller and library come from one build, as the library's version in its name ensures.
extern "C" const transept::session::CompilerFunctions *transept_compiler_functions();

#endif

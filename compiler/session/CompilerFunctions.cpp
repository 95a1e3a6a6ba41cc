// SPDX-License-Identifier: Apache-2.0
//
// The one symbol that a program looks up.

#include "compiler/session/CompilerFunctions.h"

#include "base/OutputFile.h"

const transept::session::CompilerFunctions *transept_compiler_functions() {
  static constexpr transept::session::CompilerFunctions functions{
      transept::compile, transept::emitStage, transept::removeOutputsOnSignals};
  return &functions;
}

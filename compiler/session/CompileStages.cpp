// SPDX-License-Identifier: Apache-2.0
//
// The stages by name, for programs that offer them before LLVM and MLIR are loaded.

#include "transept/compiler.h"

namespace transept {

std::vector<CompileStage> compileStages() {
  return {
#define STAGE(enumerator, name, sentence, addPasses) {name, sentence},
#include "compiler/pipeline/stages.inc"
  };
}

} // namespace transept

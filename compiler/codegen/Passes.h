// SPDX-License-Identifier: Apache-2.0
//
// Passes from the plan to LLVM; Passes.td describes each.

#ifndef TRANSEPT_COMPILER_CODEGEN_PASSES_H
#define TRANSEPT_COMPILER_CODEGEN_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <string>

namespace transept::codegen {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/codegen/Passes.h.inc"

/// plan -> the LLVM dialect.
void buildLLVMPipeline(mlir::OpPassManager &passes, const std::string &cpu);

} // namespace transept::codegen

#endif

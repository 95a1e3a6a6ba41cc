// SPDX-License-Identifier: Apache-2.0
//
// Passes from the fused graph to LLVM; Passes.td describes each.

#ifndef TRANSEPT_COMPILER_CODEGEN_PASSES_H
#define TRANSEPT_COMPILER_CODEGEN_PASSES_H

#include "compiler/codegen/Target.h"
#include "dialects/Plan/Plan.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <string>

namespace transept::codegen {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/codegen/Passes.h.inc"

/// The target called `cpu`, or an error at the module.
std::optional<Target> targetOrError(mlir::ModuleOp module, const std::string &cpu);

/// fused -> plan: launches, placed buffers, barriers.
/// `weights`: f32, bf16, int8 or int4; `cache`: f32, bf16 or auto.
void buildPlanPipeline(mlir::OpPassManager &passes, const std::string &cpu,
                       const std::string &weights, const std::string &cache);

/// plan -> the LLVM dialect.
void buildLLVMPipeline(mlir::OpPassManager &passes, const std::string &cpu);

} // namespace transept::codegen

#endif

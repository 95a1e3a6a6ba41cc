// SPDX-License-Identifier: Apache-2.0
//
// Passes from the fused graph to the plan; Passes.td describes each.

#ifndef TRANSEPT_COMPILER_PLAN_PASSES_H
#define TRANSEPT_COMPILER_PLAN_PASSES_H

#include "dialects/Plan/Plan.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <string>

namespace transept::codegen {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/plan/Passes.h.inc"

/// fused -> plan: launches, placed buffers, barriers.
/// `weights`: f32, bf16, int8 or int4; `cache`: f32, bf16 or auto.
void buildPlanPipeline(mlir::OpPassManager &passes, const std::string &cpu,
                       const std::string &weights, const std::string &cache);

} // namespace transept::codegen

#endif

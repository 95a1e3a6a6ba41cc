// SPDX-License-Identifier: Apache-2.0
//
// Passes from the imported graph to the fused one; Passes.td describes each.

#ifndef TRANSEPT_COMPILER_TRANSFORMS_PASSES_H
#define TRANSEPT_COMPILER_TRANSFORMS_PASSES_H

#include "dialects/Transept/Transept.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/Pass.h"

namespace transept {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/transforms/Passes.h.inc"

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The single header of the plan dialect.

#ifndef TRANSEPT_DIALECTS_PLAN_PLAN_H
#define TRANSEPT_DIALECTS_PLAN_PLAN_H

#include "dialects/Plan/Launches.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"

#include "dialects/Plan/PlanInterfaces.h.inc"
#define GET_OP_CLASSES
#include "dialects/Plan/PlanOps.h.inc"

namespace transept::plan {

/// Is `op` something that workers do in turn, a launch or a barrier?
bool isStep(mlir::Operation *op);

/// The whole buffer that `value` is, or is columns of.
BufferOp wholeBuffer(mlir::Value value);

/// The weight that `symbol` names for `user`; null without a symbol.
WeightOp weightOf(mlir::Operation *user, mlir::FlatSymbolRefAttr symbol);

} // namespace transept::plan

#endif

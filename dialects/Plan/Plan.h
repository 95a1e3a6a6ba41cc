// SPDX-License-Identifier: Apache-2.0
//
// The single header of the plan dialect.

#ifndef TRANSEPT_DIALECTS_PLAN_PLAN_H
#define TRANSEPT_DIALECTS_PLAN_PLAN_H

#include "dialects/Transept/Transept.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/RegionKindInterface.h"
#include "mlir/IR/SymbolTable.h"

#include "dialects/Plan/PlanDialect.h.inc"
#include "dialects/Plan/PlanEnums.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Plan/PlanAttributes.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Plan/PlanTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/Plan/PlanOps.h.inc"

namespace transept::plan {

/// Does `op` do work at run time: a launch, not a buffer, columns of one, or a barrier?
bool isLaunch(mlir::Operation *op);

/// Is `op` something that workers do in turn, a launch or a barrier?
bool isStep(mlir::Operation *op);

/// The buffers that a launch writes, among its operands.
llvm::SmallVector<mlir::Value, 2> outputsOf(mlir::Operation *launch);

/// The whole buffer that `value` is, or is columns of.
BufferOp wholeBuffer(mlir::Value value);

} // namespace transept::plan

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The single header of the transept dialect.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_TRANSEPT_H
#define TRANSEPT_DIALECTS_TRANSEPT_TRANSEPT_H

#include "dialects/Transept/MadeSpace.h"
#include "dialects/Transept/Space.h"
#include "dialects/Transept/Tiling.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace transept {
/// The interpreter's values while one function runs; see interpreter/Interpreter.h.
class Frame;

namespace detail {
/// The constraints of MakesSpace.
llvm::LogicalResult verifyMakesSpace(mlir::Operation *op);
} // namespace detail
} // namespace transept

#include "dialects/Transept/TranseptDialect.h.inc"
#include "dialects/Transept/TranseptEnums.h.inc"
#include "dialects/Transept/TranseptInterfaces.h.inc"
#define GET_ATTRDEF_CLASSES
#include "dialects/Transept/TranseptAttributes.h.inc"
#define GET_TYPEDEF_CLASSES
#include "dialects/Transept/TranseptTypes.h.inc"
#define GET_OP_CLASSES
#include "dialects/Transept/TranseptOps.h.inc"

namespace transept {

/// Reads a space where a type has one, or fails with an error that says which there are.
mlir::FailureOr<Space> parseSpace(mlir::AsmParser &parser);

} // namespace transept

#endif

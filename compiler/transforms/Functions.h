// SPDX-License-Identifier: Apache-2.0
//
// The functions of a module at each stage, by name.

#ifndef TRANSEPT_COMPILER_TRANSFORMS_FUNCTIONS_H
#define TRANSEPT_COMPILER_TRANSFORMS_FUNCTIONS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace transept {

inline constexpr llvm::StringLiteral forwardName = "forward";
inline constexpr llvm::StringLiteral encodeName = "encode";
inline constexpr llvm::StringLiteral decodeName = "decode";

/// The function `name` of `module`; null and an error at the module if there is none, or if it
/// has not exactly one block.
mlir::func::FuncOp findFunction(mlir::ModuleOp module, llvm::StringRef name);

/// Whether `decode` reads target features: it transforms whole targets instead of generating tokens
/// one after another.
bool takesWholeTargets(mlir::func::FuncOp decode);

/// Gives the only function of a hand-written module the name `forward`, and the module its name.
/// Changes nothing where the stage's functions have their names already; an error where it is not
/// clear which function is meant.
llvm::LogicalResult nameEntry(mlir::ModuleOp module);

/// Sets the function's type from its entry block's arguments and its return's operands.
void updateFunctionType(mlir::func::FuncOp function);

} // namespace transept

#endif

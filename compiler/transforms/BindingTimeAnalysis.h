// SPDX-License-Identifier: Apache-2.0
//
// When can a value be computed? Staging rests on this analysis alone: it follows the dataflow and
// the sequence spaces of types, and knows no op and no model family by name.

#ifndef TRANSEPT_COMPILER_TRANSFORMS_BINDINGTIMEANALYSIS_H
#define TRANSEPT_COMPILER_TRANSFORMS_BINDINGTIMEANALYSIS_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseMap.h"

namespace transept {

/// The earliest time at which a value is known, in order of time.
enum class BindingTime {
  CompileTime, // weights, masks, biases: depends on no sequence
  Source,      // depends on the source alone
  Target       // depends on the target, and possibly on the source as well
};

llvm::StringRef stringifyBindingTime(BindingTime time);

/// Binding times of all values of one function.
class BindingTimeAnalysis {
public:
  /// `function` has one block.
  explicit BindingTimeAnalysis(mlir::func::FuncOp function);

  BindingTime of(mlir::Value value) const { return times.lookup(value); }

  /// When `op` can run: as soon as its operands are known, those of nested ops included, and the
  /// sequences that its results' types are about.
  BindingTime of(mlir::Operation *op) const;

  /// The earliest time at which a value of `type` can exist: rows and caches of a space exist once
  /// its sequences do; everything else may be known at compile time.
  static BindingTime earliest(mlir::Type type);

private:
  void visit(mlir::Operation *op, BindingTime context);

  llvm::DenseMap<mlir::Value, BindingTime> times;
};

} // namespace transept

#endif

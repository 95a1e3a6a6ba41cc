// SPDX-License-Identifier: Apache-2.0
//
// Cuts a model down to a few of its ops. What is left is a model again, in the same form, that
// every pass takes and the interpreter runs: values of ops that are gone become inputs.

#ifndef TRANSEPT_COMPILER_PIPELINE_MODULESLICE_H
#define TRANSEPT_COMPILER_PIPELINE_MODULESLICE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SmallVector.h"

namespace transept {

/// The ops of a module that a slice keeps, in program order, and their values that it returns.
struct ModuleSlice {
  llvm::SmallVector<mlir::Operation *> ops;
  llvm::SmallVector<mlir::Value> returned;
};

/// Makes slices of one module, which must not change meanwhile.
class ModuleSlicer {
public:
  explicit ModuleSlicer(mlir::ModuleOp module);

  /// The ops between which slices choose: those that compute rows, first encode's. What is known
  /// at compile time and what moves rows in and out of caches comes along with its readers.
  llvm::ArrayRef<mlir::Operation *> ops() const { return candidates; }

  /// Keeps `ops` and returns those of their values that others read.
  ModuleSlice keep(llvm::ArrayRef<mlir::Operation *> ops) const;

  /// Returns `values`, and keeps those of `ops` that they need.
  ModuleSlice compute(llvm::ArrayRef<mlir::Value> values,
                      llvm::ArrayRef<mlir::Operation *> ops) const;

  /// What the interpreter gives as the results of a slice, in that order.
  llvm::SmallVector<mlir::Value> results(const ModuleSlice &slice) const;

  /// The slice as a module. A value of the source that nobody computes any more becomes an
  /// argument, one of the target too if the target is rows of features, else an embedding of the
  /// target's ids, whose table is a parameter. Null where that gives no model.
  mlir::OwningOpRef<mlir::ModuleOp> build(const ModuleSlice &slice) const;

private:
  using OpSet = llvm::DenseSet<mlir::Operation *>;

  /// The value that encode stores for the argument `cache` of decode.
  mlir::Value storedValue(mlir::BlockArgument cache) const;
  /// The returned values of one function: first those that the whole function returns, in its
  /// order.
  llvm::SmallVector<mlir::Value> returnedBy(mlir::func::FuncOp function,
                                            const ModuleSlice &slice) const;
  bool isReadOutside(mlir::Value value, const OpSet &kept) const;
  llvm::DenseSet<mlir::Value> neededValues(llvm::ArrayRef<mlir::Value> values,
                                           const OpSet &kept) const;

  mlir::ModuleOp module;
  llvm::SmallVector<mlir::func::FuncOp> functions;
  llvm::SmallVector<mlir::Operation *> candidates;
  /// The i-th encoder cache that encode returns is the i-th that decode takes.
  llvm::SmallVector<mlir::Value> stored;
  llvm::SmallVector<mlir::BlockArgument> caches;
};

} // namespace transept

#endif

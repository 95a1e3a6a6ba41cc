// SPDX-License-Identifier: Apache-2.0
//
// What the folding passes ask about weights: who else reads them, and how to compute with them.

#ifndef TRANSEPT_COMPILER_TRANSFORMS_WEIGHTS_H
#define TRANSEPT_COMPILER_TRANSFORMS_WEIGHTS_H

#include "dialects/Transept/Transept.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

namespace transept {

/// Is `value` a weight: a tensor known at compile time?
inline bool isWeight(mlir::Value value) {
  return llvm::isa<mlir::RankedTensorType>(value.getType());
}

/// Which ops read which tensors of the checkpoint, directly or through weight ops, over a module.
/// Folding something into a tensor that others read would store the tensor twice.
class WeightReaders {
public:
  explicit WeightReaders(mlir::ModuleOp module);

  /// An op other than `reader` that reads a part of a tensor that `weight` is computed from, and
  /// for which `isOther` holds; null if there is none.
  mlir::Operation *findOther(
      mlir::Value weight, mlir::Operation *reader,
      llvm::function_ref<bool(mlir::Operation *)> isOther = [](mlir::Operation *) {
        return true;
      }) const;

private:
  /// Rows [begin, end) of a stored tensor, read by `reader`.
  struct Read {
    int64_t begin, end;
    bool isTransposed;
    mlir::Operation *reader;
  };
  llvm::StringMap<llvm::SmallVector<Read>> reads;
};

/// Moves the ops that compute `weight` before `anchor` (of the same block) as far as needed.
void moveWeightBefore(mlir::Value weight, mlir::Operation *anchor);

/// Makes all operands of `op` that are weights available at `anchor`.
void moveWeightsBefore(mlir::Operation *op, mlir::Operation *anchor);

/// factor * weight.
mlir::Value scaleWeight(mlir::OpBuilder &builder, mlir::Value weight, double factor);

/// `weights` one below another; the single weight itself if there is but one.
mlir::Value concatenateWeights(mlir::OpBuilder &builder, mlir::Location location,
                               mlir::ValueRange weights);

/// `biases`, null where absent, one below another, zeros for those absent; null if all are.
/// `weights[i]` says how long bias i is.
mlir::Value concatenateBiases(mlir::OpBuilder &builder, mlir::Location location,
                              mlir::ValueRange weights, llvm::ArrayRef<mlir::Value> biases);

} // namespace transept

#endif

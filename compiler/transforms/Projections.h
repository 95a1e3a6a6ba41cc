// SPDX-License-Identifier: Apache-2.0
//
// One view of the ops that multiply rows by a weight, for passes that fold into weights.

#ifndef TRANSEPT_COMPILER_TRANSFORMS_PROJECTIONS_H
#define TRANSEPT_COMPILER_TRANSFORMS_PROJECTIONS_H

#include "dialects/Transept/Transept.h"

namespace transept {

/// Has nothing but a bias been fused into `linear`?
inline bool isPlain(LinearOp linear) {
  return !linear.getNorm() && !linear.getActivation() && !linear.getGated() &&
         !linear.getResidual();
}

/// A linear or logits: x weight^T + bias.
class Projection {
public:
  /// `use` as the input of a projection; empty if it is another use.
  static Projection matchInput(mlir::OpOperand &use);

  explicit operator bool() const { return op; }
  mlir::Operation *getOperation() const { return op; }
  mlir::Value getWeight() const;
  mlir::Value getBias() const; // null if absent
  void setWeightAndBias(mlir::Value weight, mlir::Value bias) const;

private:
  mlir::Operation *op = nullptr;
};

} // namespace transept

#endif

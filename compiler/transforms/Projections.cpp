// SPDX-License-Identifier: Apache-2.0
//
// Matching projections.

#include "compiler/transforms/Projections.h"

#include "llvm/ADT/TypeSwitch.h"

namespace transept {

using namespace mlir;

Projection Projection::matchInput(OpOperand &use) {
  Projection projection;
  Operation *owner = use.getOwner();
  auto linear = llvm::dyn_cast<LinearOp>(owner);
  if (linear && !linear.getNorm() && &linear.getInputMutable() == &use)
    projection.op = owner;
  auto logits = llvm::dyn_cast<LogitsOp>(owner);
  if (logits && &logits.getInputMutable() == &use)
    projection.op = owner;
  return projection;
}

Value Projection::getWeight() const {
  return llvm::TypeSwitch<Operation *, Value>(op).Case<LinearOp, LogitsOp>(
      [](auto projection) { return projection.getWeight(); });
}

Value Projection::getBias() const {
  return llvm::TypeSwitch<Operation *, Value>(op).Case<LinearOp, LogitsOp>(
      [](auto projection) { return projection.getBias(); });
}

void Projection::setWeightAndBias(Value weight, Value bias) const {
  llvm::TypeSwitch<Operation *>(op).Case<LinearOp, LogitsOp>([&](auto projection) {
    projection.getWeightMutable().set(weight);
    projection.getBiasMutable().assign(bias ? ValueRange(bias) : ValueRange());
  });
}

} // namespace transept

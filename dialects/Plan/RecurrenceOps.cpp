// SPDX-License-Identifier: Apache-2.0
//
// What must hold of a recurrence, and what it is to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

LogicalResult RecurOp::verify() {
  BufferType output = getOutput().getType();
  // recur_c1
  for (Value operand : getOperands()) {
    auto type = cast<BufferType>(operand.getType());
    if (type.getSpace() != output.getSpace() || type.getWidth() != output.getWidth())
      return mismatch(*this, "all operands to be rows of the same space and width", output, type);
  }
  // recur_c2
  CacheSlotAttr slot = getSlotAttr();
  if (slot && (slot.getIsKeys() || slot.getHeadCount() != 1 ||
               slot.getHeadDim() != output.getWidth() || slot.getNumberType() != NumberType::F32))
    return mismatch(*this, "a slot of one head of " + Twine(output.getWidth()) + " values in f32",
                    slot);
  return success();
}

Footprint RecurOp::getFootprint() {
  return {.reads = {getGate(), getValue()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> RecurOp::getWeights() {
  return {};
}

Value RecurOp::getCountedRows() {
  return getValue();
}

Cost RecurOp::getCost() {
  CacheSlotAttr slot = getSlotAttr();
  return {.bytesPerRow = rowBytes(getOperands()) + (slot ? 2 * slot.bytesPerPosition() : 0)};
}

} // namespace transept::plan

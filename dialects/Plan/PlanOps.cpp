// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches and views.

#include "dialects/Plan/Plan.h"

using namespace mlir;

namespace transept::plan {

LogicalResult ColumnsOp::verify() {
  auto from = getBuffer().getType(), to = getResult().getType();
  if (getBegin() + to.getWidth() > uint64_t(from.getWidth()))
    return emitOpError("expects columns within the buffer's width of ")
           << from.getWidth() << ", but got " << getBegin() << " to " << getBegin() + to.getWidth();
  if (from.getStride() != to.getStride() || from.getSpace() != to.getSpace())
    return emitOpError("expects buffer and result to share space and stride, but got ")
           << from << " and " << to;
  return success();
}

LogicalResult LinearOp::verify() {
  if (!getNorm() && (getNormGain() || getNormBias() || getNormalized()))
    return emitOpError("expects a norm where there is a gain, a shift or a normalized result");
  if (getGated() && !getActivation())
    return emitOpError("expects an activation for the gate");
  return success();
}

} // namespace transept::plan

#define GET_OP_CLASSES
#include "dialects/Plan/PlanOps.cpp.inc"

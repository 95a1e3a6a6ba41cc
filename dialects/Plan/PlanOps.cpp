// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches and views.

#include "dialects/Plan/Plan.h"

#include "llvm/ADT/TypeSwitch.h"

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

MadeSpace TakeFeaturesOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace()};
}

MadeSpace WindowsOp::getMadeSpace() {
  const int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = kernel, .stride = stride, .padding = padding}};
}

MadeSpace PrependOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.leading = int64_t(getLeadingCount())}};
}

MadeSpace TakeRequestedOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace()};
}

bool isLaunch(Operation *op) {
  return isa<PlanDialect>(op->getDialect()) && op->hasAttr("label");
}

bool isStep(Operation *op) {
  return isLaunch(op) || isa<BarrierOp>(op);
}

SmallVector<Value, 2> outputsOf(Operation *launch) {
  SmallVector<Value, 2> outputs;
  llvm::TypeSwitch<Operation *>(launch)
      .Case<EmbedOp, EmbedPositionsOp, TakeFeaturesOp, WindowsOp, PrependOp, LinearOp, AttendOp,
            NormalizeOp, ElementwiseOp, TakeRequestedOp>(
          [&](auto op) { outputs.push_back(op.getOutput()); });
  if (auto linear = dyn_cast<LinearOp>(launch); linear && linear.getNormalized())
    outputs.push_back(linear.getNormalized());
  return outputs;
}

BufferOp wholeBuffer(Value value) {
  while (auto columns = value.getDefiningOp<ColumnsOp>())
    value = columns.getBuffer();
  return value.getDefiningOp<BufferOp>();
}

} // namespace transept::plan

#define GET_OP_CLASSES
#include "dialects/Plan/PlanOps.cpp.inc"

// SPDX-License-Identifier: Apache-2.0
//
// Convolutions of each channel by itself, and windows of grids.

#include "compiler/plan/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

/// An error at `op` where it makes fewer or more rows of the source's own: a library has steps from
/// what it is given to these.
static LogicalResult expectBeforeSource(Operation *op, Value rows) {
  auto type = cast<RowsType>(rows.getType());
  if (!type.getSpace().isWhole())
    return success();
  return op->emitError("expects rows that are made before the source's own, but got ") << type;
}

LogicalResult GraphLowering::lowerDepthwise(DepthwiseConvolutionOp op) {
  if (op.makesSpace() && failed(expectBeforeSource(op, op.getInput())))
    return failure();
  // Panels hold each tap of some channels side by side; so few numbers are not worth rounding.
  auto layout = plan::LayoutAttr::get(builder.getContext(), plan::LayoutKind::Panels,
                                      target.panelWidth(), plan::NumberType::F32);
  plan::DepthwiseOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                            newBuffer(op.getResult()), weight(op.getWeight(), layout),
                            optionalWeight(op.getBias(), plan::LayoutKind::Vector),
                            op.getKernelAttr(), op.getStrideAttr(), op.getPaddingAttr(),
                            op.getPaddingBehindAttr(), op.getWidthAttr(), op.getActivationAttr());
  return success();
}

LogicalResult GraphLowering::lowerGridWindows(GridWindowsOp op) {
  if (failed(expectBeforeSource(op, op.getInput())))
    return failure();
  plan::GridWindowsOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                              newBuffer(op.getResult()), op.getKernelAttr(), op.getStrideAttr(),
                              op.getPaddingAttr(), op.getWidthAttr(), op.getHeightAttr());
  return success();
}

} // namespace transept::codegen

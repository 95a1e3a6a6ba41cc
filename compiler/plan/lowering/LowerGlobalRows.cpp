// SPDX-License-Identifier: Apache-2.0
//
// Rows that all others of a source look at: sums of blocks, and requested rows.

#include "compiler/plan/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

LogicalResult GraphLowering::expectTokens(Operation *op) {
  for (BlockArgument argument : current.getArguments())
    if (auto rows = dyn_cast<RowsType>(argument.getType()); rows && rows.getElementType().isF32())
      return op->emitError("expects a source of token ids, because rows of padding follow those of "
                           "features, but got ")
             << rows;
  return success();
}

LogicalResult GraphLowering::lowerSumBlocks(SumBlocksOp op) {
  if (failed(expectWholeSpace(op, op.getInput())))
    return failure();
  if (failed(expectTokens(op)))
    return failure();
  plan::SumBlocksOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                            newBuffer(op.getResult()), op.getBlockSizeAttr());
  return success();
}

LogicalResult GraphLowering::lowerReplaceRequested(ReplaceRequestedOp op) {
  if (failed(expectWholeSpace(op, op.getInput())))
    return failure();
  plan::ReplaceRequestedOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                                   buffer(op.getRequested()), newBuffer(op.getResult()));
  return success();
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Parts of sequences, and attention to channels.

#include "compiler/plan/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

/// What a library is given has parts, and nothing that is made of it.
static LogicalResult expectFeatures(Operation *op, Value rows) {
  if (isa<BlockArgument>(rows))
    return success();
  return op->emitError("expects parts of the rows that a source is given");
}

LogicalResult GraphLowering::lowerFirstRows(FirstRowsOp op) {
  if (failed(expectFeatures(op, op.getInput())))
    return failure();
  plan::MoveRowsOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                           newBuffer(op.getResult()), builder.getI64IntegerAttr(0),
                           op.getCountAttr());
  return success();
}

LogicalResult GraphLowering::lowerRowsBehind(RowsBehindOp op) {
  if (failed(expectFeatures(op, op.getInput())))
    return failure();
  plan::MoveRowsOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                           newBuffer(op.getResult()), op.getCountAttr(),
                           builder.getI64IntegerAttr(0));
  return success();
}

LogicalResult GraphLowering::lowerConcatenateRows(ConcatenateRowsOp op) {
  plan::ConcatenateOp::create(builder, op.getLoc(), label(op), buffer(op.getFirst()),
                              buffer(op.getSecond()), newBuffer(op.getResult()), op.getCountAttr());
  return success();
}

LogicalResult GraphLowering::lowerPrependMean(PrependMeanOp op) {
  plan::PrependMeanOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                              newBuffer(op.getResult()));
  return success();
}

LogicalResult GraphLowering::lowerChannelAttention(ChannelAttentionOp op) {
  plan::AttendChannelsOp::create(builder, op.getLoc(), label(op), buffer(op.getQuery()),
                                 buffer(op.getKey()), buffer(op.getValue()),
                                 newBuffer(op.getResult()), op.getGroupCountAttr());
  return success();
}

} // namespace transept::codegen

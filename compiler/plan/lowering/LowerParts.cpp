// SPDX-License-Identifier: Apache-2.0
//
// Parts of sequences, and attention to channels.

#include "compiler/plan/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

void GraphLowering::moveRows(Operation *op, const Move &move) {
  plan::MoveRowsOp::create(builder, op->getLoc(), label(op), move.input, move.output,
                           builder.getI64IntegerAttr(move.begin),
                           builder.getI64IntegerAttr(move.to),
                           builder.getI64IntegerAttr(move.count));
}

/// What a library is given has parts, and nothing that is made of it.
static LogicalResult expectFeatures(Operation *op, Value rows) {
  if (isa<BlockArgument>(rows))
    return success();
  return op->emitError("expects parts of the rows that a source is given");
}

LogicalResult GraphLowering::lowerFirstRows(FirstRowsOp op) {
  if (failed(expectFeatures(op, op.getInput())))
    return failure();
  moveRows(op, {.input = buffer(op.getInput()),
                .output = newBuffer(op.getResult()),
                .count = int64_t(op.getCount())});
  return success();
}

LogicalResult GraphLowering::lowerRowsBehind(RowsBehindOp op) {
  if (failed(expectFeatures(op, op.getInput())))
    return failure();
  moveRows(op, {.input = buffer(op.getInput()),
                .output = newBuffer(op.getResult()),
                .begin = int64_t(op.getCount())});
  return success();
}

LogicalResult GraphLowering::lowerConcatenateRows(ConcatenateRowsOp op) {
  Value result = newBuffer(op.getResult());
  moveRows(op, {.input = buffer(op.getSecond()), .output = result, .to = int64_t(op.getCount())});
  moveRows(op, {.input = buffer(op.getFirst()), .output = result});
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

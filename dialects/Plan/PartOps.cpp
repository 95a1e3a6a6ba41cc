// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches over parts of sequences, and what they are to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

LogicalResult MoveRowsOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  int64_t begin = getBegin(), count = getCount();
  // move_rows_c1
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  // move_rows_c2
  if (begin < 0 || count < 0 || (begin != 0 && count != 0))
    return emitOpError("expects one of begin and count at most not to be 0, but got ")
           << begin << " and " << count;
  return success();
}

Footprint MoveRowsOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> MoveRowsOp::getWeights() {
  return {};
}

Value MoveRowsOp::getCountedRows() {
  return getBegin() != 0 || getCount() != 0 ? getOutput() : getInput();
}

Cost MoveRowsOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getInput())};
}

bool MoveRowsOp::makesSpace() {
  return getBegin() != 0 || getCount() != 0;
}

MadeSpace MoveRowsOp::getMadeSpace() {
  int64_t begin = getBegin();
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = begin + 1, .first = int64_t(getCount())},
          .leastRowsBefore = begin};
}

LogicalResult ConcatenateOp::verify() {
  BufferType output = getOutput().getType();
  // concatenate_c1
  for (Value input : {getFirst(), getSecond()})
    if (cast<BufferType>(input.getType()).getWidth() != output.getWidth())
      return mismatch(*this, "inputs and output to have the same width", input.getType(), output);
  // concatenate_c2
  if (int64_t(getFirstCount()) <= 0)
    return mismatch(*this, "a positive first_count", int64_t(getFirstCount()));
  return success();
}

Footprint ConcatenateOp::getFootprint() {
  return {.reads = {getFirst(), getSecond()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> ConcatenateOp::getWeights() {
  return {};
}

Value ConcatenateOp::getCountedRows() {
  return getOutput();
}

Cost ConcatenateOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getOutput())};
}

MadeSpace ConcatenateOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace(),
          .from = cast<BufferType>(getSecond().getType()).getSpace(),
          .step = {.leading = int64_t(getFirstCount())}};
}

LogicalResult PrependMeanOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // prepend_mean_c1
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  return success();
}

Footprint PrependMeanOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> PrependMeanOp::getWeights() {
  return {};
}

Value PrependMeanOp::getCountedRows() {
  return getOutput();
}

Cost PrependMeanOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getInput()),
          .operationsPerRow = getInput().getType().getWidth()};
}

MadeSpace PrependMeanOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.leading = 1}};
}

LogicalResult AttendChannelsOp::verify() {
  BufferType output = getOutput().getType();
  // attend_channels_c1
  for (Value operand : getOperands()) {
    auto type = cast<BufferType>(operand.getType());
    if (type.getSpace() != output.getSpace() || type.getWidth() != output.getWidth())
      return mismatch(*this, "all operands to be rows of the same space and width", output, type);
  }
  // attend_channels_c2
  int64_t groups = getGroupCount();
  if (groups < 1 || output.getWidth() % groups != 0)
    return mismatch(*this, "groups that divide a width of " + Twine(output.getWidth()), groups);
  return success();
}

Footprint AttendChannelsOp::getFootprint() {
  return {.reads = {getQuery(), getKey(), getValue()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> AttendChannelsOp::getWeights() {
  return {};
}

Value AttendChannelsOp::getCountedRows() {
  return getOutput();
}

/// Scores, then sums of values: each row meets all channels of a group twice.
Cost AttendChannelsOp::getCost() {
  int64_t width = getOutput().getType().getWidth();
  return {.bytesPerRow = rowBytes(getOperands()),
          .operationsPerRow = 4 * width * (width / int64_t(getGroupCount()))};
}

} // namespace transept::plan

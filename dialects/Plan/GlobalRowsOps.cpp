// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches over rows that all others look at, and what they are to the rest of
// the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

LogicalResult SumBlocksOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // sum_blocks_c1
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  return success();
}

Footprint SumBlocksOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> SumBlocksOp::getWeights() {
  return {};
}

Value SumBlocksOp::getCountedRows() {
  return getOutput();
}

Cost SumBlocksOp::getCost() {
  return {.bytesPerRow = int64_t(getBlockSize()) * rowBytes(getInput()) + rowBytes(getOutput())};
}

MadeSpace SumBlocksOp::getMadeSpace() {
  int64_t size = getBlockSize();
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = size, .stride = size}};
}

LogicalResult ReplaceRequestedOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType(),
             requested = getRequested().getType();
  // replace_requested_c1
  if (input.getSpace() != output.getSpace() || input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to be rows of the same space and width", input,
                    output);
  // replace_requested_c2
  if (requested.getSpace() != input.getSpace().requested() ||
      requested.getWidth() != input.getWidth())
    return mismatch(*this, "requested rows of the input's space, as wide as the input", requested,
                    input);
  return success();
}

Footprint ReplaceRequestedOp::getFootprint() {
  return {.reads = {getInput(), getRequested()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> ReplaceRequestedOp::getWeights() {
  return {};
}

Value ReplaceRequestedOp::getCountedRows() {
  return getOutput();
}

Cost ReplaceRequestedOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getOutput())};
}

} // namespace transept::plan

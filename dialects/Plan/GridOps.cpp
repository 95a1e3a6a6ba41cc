// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches over grids, and what they are to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

/// Each row of the output is copied from the input once.
template <typename GridOp> static Cost costOf(GridOp op) {
  return {.bytesPerRow = 2 * rowBytes(op.getOutput())};
}

LogicalResult TileRowsOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // tile_rows_c1
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  return success();
}

Footprint TileRowsOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> TileRowsOp::getWeights() {
  return {};
}

Value TileRowsOp::getCountedRows() {
  return getOutput();
}

Cost TileRowsOp::getCost() {
  return costOf(*this);
}

MadeSpace TileRowsOp::getMadeSpace() {
  const Tiling tiling = getTiling().getTiling();
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.leading = tiling.filledRowCount() - tiling.rowCount()},
          .rowsBefore = tiling.rowCount()};
}

LogicalResult UntileRowsOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // untile_rows_c1
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  return success();
}

Footprint UntileRowsOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> UntileRowsOp::getWeights() {
  return {};
}

Value UntileRowsOp::getCountedRows() {
  return getOutput();
}

Cost UntileRowsOp::getCost() {
  return costOf(*this);
}

LogicalResult MergeTilesOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  int64_t merged = getTiling().getSide() * getTiling().getSide();
  // merge_tiles_c1
  if (output.getWidth() != merged * input.getWidth())
    return mismatch(*this, "an output that is " + Twine(merged) + " times as wide as the input",
                    input, output);
  // merge_tiles_c2
  if (getTiling().getShift() != 0)
    return mismatch(*this, "tiles that are not shifted", getTiling());
  return success();
}

Footprint MergeTilesOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> MergeTilesOp::getWeights() {
  return {};
}

Value MergeTilesOp::getCountedRows() {
  return getOutput();
}

Cost MergeTilesOp::getCost() {
  return costOf(*this);
}

MadeSpace MergeTilesOp::getMadeSpace() {
  const Tiling tiling = getTiling().getTiling();
  int64_t merged = tiling.side * tiling.side;
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = merged,
                   .stride = merged,
                   .leading = tiling.tileCount() - tiling.rowCount() / merged},
          .rowsBefore = tiling.rowCount()};
}

} // namespace transept::plan

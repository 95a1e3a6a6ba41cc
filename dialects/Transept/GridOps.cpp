// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of ops over grids, and the spaces that these make.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

MadeSpace TileRowsOp::getMadeSpace() {
  const Tiling tiling = getTiling().getTiling();
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.leading = tiling.filledRowCount() - tiling.rowCount()},
          .rowsBefore = tiling.rowCount()};
}

std::vector<int64_t> TileRowsOp::sequenceLengths(ArrayRef<int64_t> lengths) {
  const Tiling tiling = getTiling().getTiling();
  std::vector<int64_t> made;
  for (size_t grid = 0; grid < lengths.size(); ++grid)
    for (int64_t down = 0; down < tiling.tilesDown(); ++down)
      for (int64_t across = 0; across < tiling.tilesAcross(); ++across)
        made.push_back(tiling.heightOf(down) * tiling.widthOf(across));
  return made;
}

LogicalResult TileRowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // tile_rows_c1
  if (input.getWidth() != result.getWidth())
    return mismatch(*this, "input and result to have the same width", input, result);
  return success();
}

LogicalResult UntileRowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // untile_rows_c1
  if (input.getWidth() != result.getWidth())
    return mismatch(*this, "input and result to have the same width", input, result);
  // untile_rows_c2
  const Space &from = input.getSpace(), &to = result.getSpace();
  if (!from.isSource() || !to.isSource() || from == to)
    return mismatch(*this,
                    "input and result to be rows of different spaces derived from the source",
                    from.str(), to.str());
  return success();
}

LogicalResult TilePositionBiasOp::verify() {
  RankedTensorType table = getTable().getType();
  int64_t reach = 2 * getTiling().getSide() - 1, heads = getType().getHeadCount();
  // tile_position_bias_c1
  if (outputsOf(table) != reach * reach || inputsOf(table) != heads)
    return mismatch(*this,
                    "a table of " + Twine(reach * reach) + " places by " + Twine(heads) + " heads",
                    table);
  // tile_position_bias_c2
  if (getType().getQuery() != getType().getKey())
    return mismatch(*this, "queries and keys of the same space", getType());
  return success();
}

MadeSpace MergeTilesOp::getMadeSpace() {
  const Tiling tiling = getTiling().getTiling();
  int64_t merged = tiling.side * tiling.side;
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = merged,
                   .stride = merged,
                   .leading = tiling.tileCount() - tiling.rowCount() / merged},
          .rowsBefore = tiling.rowCount()};
}

LogicalResult MergeTilesOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  int64_t merged = getTiling().getSide() * getTiling().getSide();
  // merge_tiles_c1
  if (result.getWidth() != merged * input.getWidth())
    return mismatch(*this, "a result that is " + Twine(merged) + " times as wide as the input",
                    input, result);
  // merge_tiles_c2
  if (getTiling().getShift() != 0)
    return mismatch(*this, "tiles that are not shifted", getTiling());
  return success();
}

// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of ops over grids.

#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>

using namespace mlir;
using namespace transept;

/// Fails with an error at `op` unless each sequence of `grids` is a grid of this tiling.
static LogicalResult checkGrids(Operation *op, const SequenceSpace &grids, const Tiling &tiling) {
  for (int64_t length : grids.lengths)
    if (length != tiling.rowCount())
      return op->emitOpError() << "expects grids of " << tiling.rowCount()
                               << " rows, but got a sequence of " << length;
  return success();
}

/// Calls visit(row of the tiles, row of the grids, or -1 for what fills it up) in the order of the
/// tiles' rows.
template <typename Visitor>
static void visitTiles(const Tiling &tiling, int64_t gridCount, const Visitor &visit) {
  int64_t row = 0;
  for (int64_t grid = 0; grid < gridCount; ++grid)
    for (int64_t down = 0; down < tiling.tilesDown(); ++down)
      for (int64_t across = 0; across < tiling.tilesAcross(); ++across)
        for (int64_t y = 0; y < tiling.heightOf(down); ++y)
          for (int64_t x = 0; x < tiling.widthOf(across); ++x) {
            int64_t line = tiling.beginOf(down) + y, column = tiling.beginOf(across) + x;
            bool exists = line < tiling.height && column < tiling.width;
            visit(row++, exists ? grid * tiling.rowCount() + line * tiling.width + column : -1);
          }
}

LogicalResult TileRowsOp::interpret(Frame &frame) {
  const SequenceSpace &grids = frame.space(getInput());
  const Tiling tiling = getTiling().getTiling();
  if (failed(checkGrids(*this, grids, tiling)))
    return failure();
  const Tensor &input = frame.rows(getInput());
  Tensor result({grids.sequenceCount() * tiling.filledRowCount(), input.width()});
  visitTiles(tiling, grids.sequenceCount(), [&](int64_t to, int64_t from) {
    if (from >= 0)
      std::ranges::copy(input.row(from), result.row(to).begin());
  });
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult UntileRowsOp::interpret(Frame &frame) {
  const SequenceSpace &grids = frame.space(getResult());
  const Tiling tiling = getTiling().getTiling();
  if (failed(checkGrids(*this, grids, tiling)))
    return failure();
  const Tensor &input = frame.rows(getInput());
  if (input.rowCount() != grids.sequenceCount() * tiling.filledRowCount())
    return emitOpError() << "expects tiles of " << tiling.filledRowCount()
                         << " rows for each grid, but got " << input.rowCount() << " for "
                         << grids.sequenceCount();
  Tensor result({grids.rowCount(), input.width()});
  visitTiles(tiling, grids.sequenceCount(), [&](int64_t from, int64_t to) {
    if (to >= 0)
      std::ranges::copy(input.row(from), result.row(to).begin());
  });
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult TilePositionBiasOp::interpret(Frame &frame) {
  frame.bind(getResult(),
             Bias{.table = frame.get<Weight>(getTable()), .tiling = getTiling().getTiling()});
  return success();
}

LogicalResult MergeTilesOp::interpret(Frame &frame) {
  const SequenceSpace &grids = frame.space(getInput());
  const Tiling tiling = getTiling().getTiling();
  if (failed(checkGrids(*this, grids, tiling)))
    return failure();
  const Tensor &input = frame.rows(getInput());
  const int64_t width = input.width();
  Tensor result({grids.sequenceCount() * tiling.tileCount(), getResult().getType().getWidth()});
  for (int64_t row = 0; row < input.rowCount(); ++row) {
    int64_t grid = row / tiling.rowCount(), place = row % tiling.rowCount();
    int64_t line = place / tiling.width, column = place % tiling.width;
    int64_t tile = grid * tiling.tileCount() + line / tiling.side * tiling.tilesAcross() +
                   column / tiling.side;
    int64_t part = column % tiling.side * tiling.side + line % tiling.side;
    std::ranges::copy(input.row(row), result.row(tile).begin() + part * width);
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

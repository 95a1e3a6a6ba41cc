// SPDX-License-Identifier: Apache-2.0
//
// Emits moves of rows between a grid and its tiles. A unit of work is a tile: it is found by a few
// divisions, and its lines are adjacent rows.

#include "compiler/codegen/kernels/Tiles.h"

#include "compiler/codegen/kernels/RowMath.h"

#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

namespace {

struct Range {
  Expression begin, size;
};

/// Where tile `index` of one direction is, of a grid that is filled up to `filled` lines.
Range rangeOf(KernelBuilder &kernel, const Tiling &tiling, Expression index, int64_t filled) {
  Expression begin = index * tiling.side - tiling.lead();
  Expression end = begin + tiling.side;
  if (tiling.lead() != 0) {
    begin = kernel.maximum(begin, kernel.integer(0));
    end = kernel.minimum(end, kernel.integer(filled));
  }
  return {begin, end - begin};
}

class TileEmitter {
public:
  TileEmitter(KernelBuilder &kernel, const TileShape &shape, const TileOperands &operands)
      : kernel(kernel), shape(shape), tiling(shape.tiling), operands(operands) {}

  void emit() {
    Share tiles =
        shareOf(kernel, kernel.integer(tiling.tileCount()), operands.worker, operands.workerCount);
    kernel.loop(tiles.begin, tiles.end, 1, [&](Expression index) {
      Tile tile = emitTile(kernel, tiling, index);
      kernel.loop(kernel.integer(0), tile.height, 1, [&](Expression line) {
        kernel.loop(kernel.integer(0), tile.width, 1,
                    [&](Expression column) { row(index, tile, line, column); });
      });
    });
  }

private:
  /// The row at a place of a tile.
  void row(Expression index, const Tile &tile, Expression line, Expression column) {
    Expression gridLine = tile.line + line, gridColumn = tile.column + column;
    Expression gridRow = gridLine * tiling.width + gridColumn;
    Expression tileRow = tile.firstRow + line * tile.width + column;
    Expression exists = (gridLine < tiling.height) & (gridColumn < tiling.width);
    switch (shape.move) {
    case TileMove::IntoTiles:
      return copyOrZero(exists, gridRow, output(tileRow));
    case TileMove::Merge:
      return copyOrZero(
          exists, gridRow,
          kernel.floatsAt(output(index), (column * tiling.side + line) * shape.width));
    case TileMove::IntoGrid:
      return kernel.when(exists, [&] { copy(input(tileRow), output(gridRow)); });
    }
  }

  void copyOrZero(Expression exists, Expression gridRow, Expression to) {
    if (tiling.filledRowCount() == tiling.rowCount())
      return copy(input(gridRow), to);
    kernel.when(
        exists, [&] { copy(input(gridRow), to); },
        [&] {
          forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
            kernel.storeFirst(kernel.vectorNumber(0), kernel.floatsAt(to, column), count);
          });
        });
  }

  void copy(Expression from, Expression to) {
    forEachVector(kernel, shape.width, [&](Expression column, int64_t count) {
      kernel.storeFirst(kernel.loadFirst(kernel.floatsAt(from, column), count),
                        kernel.floatsAt(to, column), count);
    });
  }

  Expression input(Expression row) {
    return kernel.floatsAt(operands.input, row * shape.inputStride);
  }
  Expression output(Expression row) {
    return kernel.floatsAt(operands.output, row * shape.outputStride);
  }

  KernelBuilder &kernel;
  const TileShape &shape;
  const Tiling &tiling;
  const TileOperands &operands;
};

} // namespace

Tile emitTile(KernelBuilder &kernel, const Tiling &tiling, Expression index) {
  Expression down = index / tiling.tilesAcross(), across = index % tiling.tilesAcross();
  auto [line, height] = rangeOf(kernel, tiling, down, tiling.filledHeight());
  auto [column, width] = rangeOf(kernel, tiling, across, tiling.filledWidth());
  // Before it: whole lines of the grid, then the tiles to its left.
  Expression firstRow = line * tiling.filledWidth() + height * column;
  return {line, column, height, width, firstRow};
}

std::string TileShape::name() const {
  static constexpr const char *moves[] = {"into_tiles", "into_grid", "merge_tiles"};
  return llvm::formatv("{0}_{1}x{2}_{3}_{4}_rows{5}_from{6}_to{7}", moves[int(move)], tiling.height,
                       tiling.width, tiling.side, tiling.shift, width, inputStride, outputStride);
}

Kernel<TileOperands> tileKernel(KernelBuilder &kernel, const TileShape &shape) {
  return kernelOf<TileOperands>(kernel, shape, shape.name(), [&](const TileOperands &operands) {
    TileEmitter(kernel, shape, operands).emit();
  });
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Kernels over rows that lie in a grid: tile by tile, back again, and tiles that become one row.
// Their operands: kernel_operands.inc.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_TILES_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_TILES_H

#include "compiler/codegen/kernels/KernelOperands.h"
#include "dialects/Transept/Tiling.h"

namespace transept::codegen {

/// A tile of a grid: where it begins, how large it is, and its first row in the order of tiles.
struct Tile {
  Expression line, column, height, width, firstRow;
};
Tile emitTile(KernelBuilder &kernel, const Tiling &tiling, Expression index);

/// What becomes of the rows of each tile. Merge: they are put beside each other, columns of the
/// tile one after another.
enum class TileMove { IntoTiles, IntoGrid, Merge };

/// Copies the rows of one grid. Strides count floats.
struct TileShape {
  TileMove move = TileMove::IntoTiles;
  Tiling tiling;
  int64_t width = 0, inputStride = 0, outputStride = 0;

  bool operator==(const TileShape &) const = default;
  std::string name() const;
};
Kernel<TileOperands> tileKernel(KernelBuilder &kernel, const TileShape &shape);

} // namespace transept::codegen

#endif

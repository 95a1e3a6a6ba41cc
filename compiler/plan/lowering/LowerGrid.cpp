// SPDX-License-Identifier: Apache-2.0
//
// Rows that lie in a grid, and attention within its tiles.

#include "compiler/plan/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

TileRowsOp GraphLowering::tilesOf(Value rows) {
  const Space &space = cast<RowsType>(rows.getType()).getSpace();
  for (auto tiles : current.getBody().front().getOps<TileRowsOp>())
    if (tiles.getResult().getType().getSpace() == space)
      return tiles;
  return {};
}

LogicalResult GraphLowering::lowerTile(TileRowsOp op) {
  // The runtime lets no row be missing of grids whose size it knows.
  auto isOfFixedSize = [](Operation &other) {
    std::optional<MadeSpace> made = madeSpaceOf(&other);
    return made && !isa<TileRowsOp>(other) && (made->rowsBefore != 0 || made->step.first != 0);
  };
  if (llvm::none_of(current.getBody().front(), isOfFixedSize))
    return op.emitError("expects merge_tiles, or grid_windows of a height, between features and "
                        "source as well, without which a library would take parts of a grid");
  return lowerGrid<plan::TileRowsOp>(op);
}

LogicalResult GraphLowering::lowerUntile(UntileRowsOp op) {
  TileRowsOp tiles = tilesOf(op.getInput());
  if (!tiles || tiles.getTiling() != op.getTiling() ||
      tiles.getInput().getType().getSpace() != op.getResult().getType().getSpace())
    return op.emitError("expects tiles of this tiling that were made of rows of ")
           << op.getResult().getType().getSpace().str();
  return lowerGrid<plan::UntileRowsOp>(op);
}

LogicalResult GraphLowering::addTiles(Operation *op, TileRowsOp tiles, Value bias,
                                      plan::AttendParts &attend) {
  if (attend.isCausal || attend.windowBefore || attend.windowAfter || attend.chunkSize)
    return op->emitError("expects no mask but padding within tiles");
  attend.tiling = tiles.getTiling();
  if (!bias)
    return success();
  auto places = bias.getDefiningOp<TilePositionBiasOp>();
  if (!places || places.getTiling() != tiles.getTiling())
    return op->emitError("expects the bias within tiles to be of places in the same tiles");
  attend.bias = weight(bias, plan::LayoutKind::TilePlaces);
  return success();
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Launches over rows that lie in a grid.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Tiles.h"

namespace transept::codegen {

template <typename GridOp> static void emitMove(GridOp op, TileMove move, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  TileShape shape{.move = move,
                  .tiling = op.getTiling().getTiling(),
                  .width = input.getWidth(),
                  .inputStride = input.getStride(),
                  .outputStride = output.getStride()};
  callKernel(kernel, tileKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .output = launch.address(op.getOutput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::TileRowsOp op, LaunchEmitter &launch) {
  emitMove(op, TileMove::IntoTiles, launch);
}

void emitLaunch(plan::UntileRowsOp op, LaunchEmitter &launch) {
  emitMove(op, TileMove::IntoGrid, launch);
}

void emitLaunch(plan::MergeTilesOp op, LaunchEmitter &launch) {
  emitMove(op, TileMove::Merge, launch);
}

} // namespace transept::codegen

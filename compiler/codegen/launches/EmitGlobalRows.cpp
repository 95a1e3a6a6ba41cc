// SPDX-License-Identifier: Apache-2.0
//
// Launches over rows that all others of a source look at.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/GlobalRows.h"

namespace transept::codegen {

void emitLaunch(plan::SumBlocksOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  SumBlocksShape shape{.blockSize = int64_t(op.getBlockSize()),
                       .width = input.getWidth(),
                       .inputStride = input.getStride(),
                       .outputStride = op.getOutput().getType().getStride()};
  callKernel(kernel, sumBlocksKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getInput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::ReplaceRequestedOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  ReplaceRowsShape shape{.width = input.getWidth(),
                         .inputStride = input.getStride(),
                         .replacementStride = op.getRequested().getType().getStride(),
                         .outputStride = op.getOutput().getType().getStride()};
  callKernel(kernel, replaceRowsKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .replacements = launch.address(op.getRequested()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getInput()),
              .replacedRows = launch.field("requested_rows"),
              .replacedCount = launch.field("requested_count"),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

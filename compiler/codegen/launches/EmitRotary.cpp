// SPDX-License-Identifier: Apache-2.0
//
// Rotary positions.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Rotary.h"

namespace transept::codegen {

void emitLaunch(plan::RotateOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  RotaryShape shape{.headCount = int64_t(op.getHeadCount()),
                    .headDim = input.getWidth() / int64_t(op.getHeadCount()),
                    .inputStride = input.getStride(),
                    .outputStride = op.getOutput().getType().getStride(),
                    .waves = {.dims = int64_t(op.getDims()),
                              .theta = op.getTheta().convertToDouble(),
                              .factor = op.getFactor().convertToDouble()},
                    .isInterleaved = op.getInterleaved()};
  callKernel(kernel, rotaryKernel(kernel, shape),
             {.positions = launch.field("positions"),
              .input = launch.address(op.getInput()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getInput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

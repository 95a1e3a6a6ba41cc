// SPDX-License-Identifier: Apache-2.0
//
// Launches of convolutions.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Convolution.h"

namespace transept::codegen {

void emitLaunch(plan::DepthwiseOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  auto made = op.getMadeSpace();
  DepthwiseShape shape{.channels = input.getWidth(),
                       .inputStride = input.getStride(),
                       .outputStride = output.getStride(),
                       .kernel = int64_t(op.getKernel()),
                       .stride = int64_t(op.getStride()),
                       .padding = int64_t(op.getPadding()),
                       .width = int64_t(op.getWidth().value_or(0)),
                       .madeWidth = op.getWidth() ? made.step.lineBehind : 0,
                       .panelWidth = launch.layoutOf(op.getWeightAttr()).getPanelWidth(),
                       .hasBias = op.getBias().has_value(),
                       .activation = op.getActivation(),
                       .isOne = !input.getSpace().isWhole() && launch.isOneSequence(op.getInput())};
  callKernel(kernel, depthwiseKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .weight = launch.weight(op.getWeightAttr()),
              .bias = launch.weight(op.getBiasAttr()),
              .output = launch.address(op.getOutput()),
              .inputRows = launch.rowsOf(op.getInput()),
              .outputRows = launch.rowsOf(op.getOutput()),
              .sequenceCount = launch.field("sequence_count"),
              .sequenceOffsets = shape.isOne ? kernel.null() : launch.field("sequence_offsets"),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::GridWindowsOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  GridWindowsShape shape{.channels = op.channels(),
                         .inputStride = op.getInput().getType().getStride(),
                         .outputStride = op.getOutput().getType().getStride(),
                         .kernel = int64_t(op.getKernel()),
                         .stride = int64_t(op.getStride()),
                         .padding = int64_t(op.getPadding()),
                         .width = int64_t(op.getWidth()),
                         .madeWidth = op.getMadeSpace().step.lineBehind,
                         .areLines = op.lineRows() == 1};
  callKernel(kernel, gridWindowsKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .inputRows = launch.rowsOf(op.getInput()),
              .output = launch.address(op.getOutput()),
              .outputRows = launch.rowsOf(op.getOutput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

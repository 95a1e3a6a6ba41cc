// SPDX-License-Identifier: Apache-2.0
//
// The two launches that normalize sequences.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/SequenceNorm.h"

namespace transept::codegen {

void emitLaunch(plan::MeasureRowsOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  MeasureRowsShape shape{input.getWidth(), input.getStride(), op.getOutput().getType().getStride()};
  callKernel(kernel, measureRowsKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .measures = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getInput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::NormalizeSequenceOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  SequenceNormShape shape{.width = input.getWidth(),
                          .inputStride = input.getStride(),
                          .measureStride = op.getMeasures().getType().getStride(),
                          .outputStride = op.getOutput().getType().getStride(),
                          .epsilon = op.getEpsilon().convertToDouble(),
                          .hasGain = op.getGain().has_value(),
                          .hasShift = op.getShift().has_value(),
                          .isOne = launch.isOneSequence(op.getInput())};
  callKernel(kernel, sequenceNormKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .measures = launch.address(op.getMeasures()),
              .gain = launch.weight(op.getGainAttr()),
              .shift = launch.weight(op.getShiftAttr()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getInput()),
              .sequenceCount = launch.field("sequence_count"),
              .sequenceOffsets = shape.isOne ? kernel.null() : launch.field("sequence_offsets"),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// The recurrence.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Recurrence.h"

namespace transept::codegen {

void emitLaunch(plan::RecurOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  plan::CacheSlotAttr slot = op.getSlotAttr();
  RecurrenceShape shape{.width = op.getOutput().getType().getWidth(),
                        .gateStride = op.getGate().getType().getStride(),
                        .valueStride = op.getValue().getType().getStride(),
                        .outputStride = op.getOutput().getType().getStride(),
                        .hasPast = bool(slot)};
  callKernel(kernel, recurrenceKernel(kernel, shape),
             {.gate = launch.address(op.getGate()),
              .value = launch.address(op.getValue()),
              .output = launch.address(op.getOutput()),
              .sequenceCount = launch.field("sequence_count"),
              .sequenceOffsets = launch.field("sequence_offsets"),
              .pastLengths = slot ? launch.field("past_lengths") : kernel.null(),
              .pages = slot ? launch.field("self_pages") : kernel.null(),
              .slot = kernel.integer(slot ? slot.getOffset() : 0),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

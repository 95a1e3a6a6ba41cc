// SPDX-License-Identifier: Apache-2.0
//
// Launches over parts of sequences, and attention to channels.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Channels.h"
#include "compiler/codegen/kernels/Rows.h"

namespace transept::codegen {

void emitLaunch(plan::MoveRowsOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  CopyShape shape{input.getWidth(), input.getStride(), output.getStride()};
  int64_t begin = op.getBegin();
  callKernel(kernel, copyRowsKernel(kernel, shape),
             {.input = kernel.floatsAt(launch.address(op.getInput()), begin * input.getStride()),
              .indices = kernel.null(),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getCountedRows()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

/// Both write rows of their own, so that nobody waits between them.
void emitLaunch(plan::ConcatenateOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto output = op.getOutput().getType();
  auto copy = [&](mlir::Value input, int64_t to) {
    auto type = mlir::cast<plan::BufferType>(input.getType());
    CopyShape shape{type.getWidth(), type.getStride(), output.getStride()};
    callKernel(kernel, copyRowsKernel(kernel, shape),
               {.input = launch.address(input),
                .indices = kernel.null(),
                .output = kernel.floatsAt(launch.address(op.getOutput()), to * output.getStride()),
                .rowCount = launch.rowsOf(input),
                .worker = launch.worker,
                .workerCount = launch.workerCount});
  };
  copy(op.getFirst(), 0);
  copy(op.getSecond(), int64_t(op.getFirstCount()));
}

void emitLaunch(plan::PrependMeanOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  PrependMeanShape shape{input.getWidth(), input.getStride(), op.getOutput().getType().getStride()};
  callKernel(kernel, prependMeanKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getInput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::AttendChannelsOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto query = op.getQuery().getType();
  int64_t groups = op.getGroupCount();
  ChannelAttentionShape shape{.groupCount = groups,
                              .size = query.getWidth() / groups,
                              .queryStride = query.getStride(),
                              .keyStride = op.getKey().getType().getStride(),
                              .valueStride = op.getValue().getType().getStride(),
                              .outputStride = op.getOutput().getType().getStride(),
                              .isOne = !query.getSpace().isWhole() &&
                                       launch.isOneSequence(op.getQuery())};
  launch.needScratch(shape.scratchBytes(kernel.target()));
  callKernel(kernel, channelAttentionKernel(kernel, shape),
             {.query = launch.address(op.getQuery()),
              .key = launch.address(op.getKey()),
              .value = launch.address(op.getValue()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getQuery()),
              .sequenceCount = launch.field("sequence_count"),
              .sequenceOffsets = shape.isOne ? kernel.null() : launch.field("sequence_offsets"),
              .scratch = launch.scratch(),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

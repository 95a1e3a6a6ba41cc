// SPDX-License-Identifier: Apache-2.0
//
// Launches that pass over rows once.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Rows.h"

namespace transept::codegen {

void emitLaunch(plan::NormalizeOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  int64_t heads = op.getHeadCount().value_or(1);
  NormalizeShape shape{
      *normShape(op.getNorm(), input.getWidth() / heads, op.getGainAttr(), op.getShiftAttr()),
      heads, input.getStride(), op.getOutput().getType().getStride()};
  callKernel(kernel, normalizeKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .gain = launch.weight(op.getGainAttr()),
              .shift = launch.weight(op.getShiftAttr()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getInput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::ElementwiseOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  ElementwiseShape shape;
  shape.kind = op.getKind();
  shape.width = op.getOutput().getType().getWidth();
  shape.leftStride = op.getLeft().getType().getStride();
  shape.rightStride = op.getRight() ? op.getRight().getType().getStride() : 0;
  shape.outputStride = op.getOutput().getType().getStride();
  if (op.getFactor())
    shape.factor = op.getFactor()->convertToDouble();
  if (op.getActivation())
    shape.activation = *op.getActivation();
  callKernel(kernel, elementwiseKernel(kernel, shape),
             {.left = launch.address(op.getLeft()),
              .right = launch.address(op.getRight()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getLeft()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::TakeRequestedOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  CopyShape shape{op.getInput().getType().getWidth(), op.getInput().getType().getStride(),
                  op.getOutput().getType().getStride()};
  callKernel(kernel, copyRowsKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .indices = launch.field("requested_rows"),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.field("requested_count"),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::EmitStatesOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  CopyShape shape{input.getWidth(), input.getStride(), input.getWidth()};
  bool isRequested = input.getSpace().isRequested();
  callKernel(kernel, copyRowsKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .indices = kernel.null(),
              .output = launch.field(isRequested ? "logits" : "states"),
              .rowCount = launch.rowsOf(op.getInput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Launches that pass over rows once.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Rows.h"

namespace transept::codegen {

void emitLaunch(plan::NormalizeOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  NormalizeShape shape{
      *normShape(op.getNorm(), input.getWidth(), op.getGainAttr(), op.getShiftAttr()),
      input.getStride(), op.getOutput().getType().getStride()};
  kernel.call(normalizeKernel(kernel, shape),
              {launch.address(op.getInput()), launch.weight(op.getGainAttr()),
               launch.weight(op.getShiftAttr()), launch.address(op.getOutput()),
               launch.rowsOf(op.getInput()), launch.worker, launch.workerCount});
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
  kernel.call(elementwiseKernel(kernel, shape),
              {launch.address(op.getLeft()), launch.address(op.getRight()),
               launch.address(op.getOutput()), launch.rowsOf(op.getLeft()), launch.worker,
               launch.workerCount});
}

void emitLaunch(plan::TakeRequestedOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  CopyShape shape{op.getInput().getType().getWidth(), op.getInput().getType().getStride(),
                  op.getOutput().getType().getStride()};
  kernel.call(copyRowsKernel(kernel, shape),
              {launch.address(op.getInput()), launch.field("requested_rows"),
               launch.address(op.getOutput()), launch.field("requested_count"), launch.worker,
               launch.workerCount});
}

void emitLaunch(plan::EmitStatesOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType();
  CopyShape shape{input.getWidth(), input.getStride(), input.getWidth()};
  kernel.call(copyRowsKernel(kernel, shape),
              {launch.address(op.getInput()), kernel.null(), launch.field("states"),
               launch.rowCount, launch.worker, launch.workerCount});
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Launches that make rows.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Rows.h"

namespace transept::codegen {

void emitLaunch(plan::EmbedOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto output = op.getOutput().getType();
  plan::LayoutAttr table = launch.layoutOf(op.getTableAttr());
  EmbeddingShape shape{.width = output.getWidth(),
                       .outputStride = output.getStride(),
                       .scale = op.getScale().convertToDouble(),
                       .isTablePacked = table.getKind() == plan::LayoutKind::Panels,
                       .numbers = table.getNumberType(),
                       .panelWidth = table.getPanelWidth(),
                       .hasPositions = op.getPositions().has_value(),
                       .positionOffset = int64_t(op.getPositionOffset())};
  kernel.call(embeddingKernel(kernel, shape),
              {launch.field("ids"), launch.field("positions"), launch.weight(op.getTableAttr()),
               launch.weight(op.getPositionsAttr()), launch.address(op.getOutput()),
               launch.rowCount, launch.worker, launch.workerCount});
}

void emitLaunch(plan::EmbedPositionsOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto output = op.getOutput().getType();
  PositionShape shape{output.getWidth(), output.getStride(), int64_t(op.getOffset())};
  kernel.call(positionKernel(kernel, shape),
              {launch.field("positions"), launch.weight(op.getTableAttr()),
               launch.address(op.getOutput()), launch.rowsOf(op.getOutput()), launch.worker,
               launch.workerCount});
}

void emitLaunch(plan::TakeFeaturesOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto output = op.getOutput().getType();
  CopyShape shape{output.getWidth(), output.getWidth(), output.getStride()};
  kernel.call(copyRowsKernel(kernel, shape),
              {launch.field("features"), kernel.null(), launch.address(op.getOutput()),
               launch.rowsOf(op.getOutput()), launch.worker, launch.workerCount});
}

void emitLaunch(plan::WindowsOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  WindowsShape shape{.width = input.getWidth(),
                     .inputStride = input.getStride(),
                     .outputStride = output.getStride(),
                     .kernel = int64_t(op.getKernel()),
                     .stride = int64_t(op.getStride()),
                     .padding = int64_t(op.getPadding())};
  kernel.call(windowsKernel(kernel, shape),
              {launch.address(op.getInput()), launch.rowsOf(op.getInput()),
               launch.address(op.getOutput()), launch.rowsOf(op.getOutput()), launch.worker,
               launch.workerCount});
}

void emitLaunch(plan::PrependOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  int64_t leadingCount = op.getLeadingCount();
  CopyShape leading{output.getWidth(), output.getWidth(), output.getStride()};
  kernel.call(copyRowsKernel(kernel, leading),
              {launch.weight(op.getLeadingAttr()), kernel.null(), launch.address(op.getOutput()),
               kernel.integer(leadingCount), launch.worker, launch.workerCount});
  CopyShape own{output.getWidth(), input.getStride(), output.getStride()};
  kernel.call(copyRowsKernel(kernel, own),
              {launch.address(op.getInput()), kernel.null(),
               kernel.floatsAt(launch.address(op.getOutput()), leadingCount * output.getStride()),
               launch.rowsOf(op.getInput()), launch.worker, launch.workerCount});
}

} // namespace transept::codegen

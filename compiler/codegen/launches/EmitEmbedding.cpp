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
                       .positionOffset = int64_t(op.getPositionOffset()),
                       .isFirstZero = op.getFirstZero()};
  callKernel(kernel, embeddingKernel(kernel, shape),
             {.ids = launch.field("ids"),
              .positions = launch.field("positions"),
              .table = launch.weight(op.getTableAttr()),
              .positionTable = launch.weight(op.getPositionsAttr()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowCount,
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::EmbedPositionsOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto output = op.getOutput().getType();
  PositionShape shape{output.getWidth(), output.getStride(), int64_t(op.getOffset()),
                      /*isInOrder=*/!output.getSpace().isWhole()};
  callKernel(kernel, positionKernel(kernel, shape),
             {.positions = launch.field("positions"),
              .table = launch.weight(op.getTableAttr()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getOutput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::TakeFeaturesOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto output = op.getOutput().getType();
  CopyShape shape{output.getWidth(), output.getWidth(), output.getStride()};
  callKernel(kernel, copyRowsKernel(kernel, shape),
             {.input = launch.field("features"),
              .indices = kernel.null(),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getOutput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
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
  callKernel(kernel, windowsKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .inputRows = launch.rowsOf(op.getInput()),
              .output = launch.address(op.getOutput()),
              .outputRows = launch.rowsOf(op.getOutput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::PrependOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  int64_t leadingCount = op.getLeadingCount();
  CopyShape leading{output.getWidth(), output.getWidth(), output.getStride()};
  callKernel(kernel, copyRowsKernel(kernel, leading),
             {.input = launch.weight(op.getLeadingAttr()),
              .indices = kernel.null(),
              .output = launch.address(op.getOutput()),
              .rowCount = kernel.integer(leadingCount),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
  CopyShape own{output.getWidth(), input.getStride(), output.getStride()};
  callKernel(
      kernel, copyRowsKernel(kernel, own),
      {.input = launch.address(op.getInput()),
       .indices = kernel.null(),
       .output = kernel.floatsAt(launch.address(op.getOutput()), leadingCount * output.getStride()),
       .rowCount = launch.rowsOf(op.getInput()),
       .worker = launch.worker,
       .workerCount = launch.workerCount});
}

void emitLaunch(plan::AppendOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  Expression ownCount = launch.rowsOf(op.getInput()), rows = launch.address(op.getOutput());
  CopyShape own{output.getWidth(), input.getStride(), output.getStride()};
  callKernel(kernel, copyRowsKernel(kernel, own),
             {.input = launch.address(op.getInput()),
              .indices = kernel.null(),
              .output = rows,
              .rowCount = ownCount,
              .worker = launch.worker,
              .workerCount = launch.workerCount});
  CopyShape trailing{output.getWidth(), output.getWidth(), output.getStride()};
  callKernel(kernel, copyRowsKernel(kernel, trailing),
             {.input = launch.weight(op.getTrailingAttr()),
              .indices = kernel.null(),
              .output = kernel.floatsAt(rows, ownCount * output.getStride()),
              .rowCount = kernel.integer(int64_t(op.getTrailingCount())),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

void emitLaunch(plan::EmbedColumnOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  ColumnEmbeddingShape shape{.width = output.getWidth(),
                             .inputStride = input.getStride(),
                             .outputStride = output.getStride(),
                             .tableRows = int64_t(op.getRowCount()),
                             .column = int64_t(op.getColumn())};
  callKernel(kernel, columnEmbeddingKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .table = launch.weight(op.getTableAttr()),
              .output = launch.address(op.getOutput()),
              .rowCount = launch.rowsOf(op.getOutput()),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Linear layers.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "compiler/codegen/kernels/Linear.h"

namespace transept::codegen {

void emitLaunch(plan::LinearOp op, LaunchEmitter &launch) {
  KernelBuilder &kernel = launch.kernel;
  auto input = op.getInput().getType(), output = op.getOutput().getType();
  LinearShape shape;
  shape.headCount = op.getHeadCount().value_or(1);
  shape.sharesWeight = op.getSharesWeight();
  shape.depth = input.getWidth() / shape.headCount;
  shape.outputs = output.getWidth() / shape.headCount;
  shape.inputStride = input.getStride();
  shape.outputStride = output.getStride();
  shape.hasBias = op.getBias().has_value();
  shape.isGated = op.getGated();
  if (op.getResidual()) {
    shape.hasResidual = true;
    shape.residualStride = op.getResidual().getType().getStride();
  }
  if (op.getNormalized()) {
    shape.storesNormalized = true;
    shape.normalizedStride = op.getNormalized().getType().getStride();
  }
  shape.norm = normShape(op.getNormAttr(), shape.depth, op.getNormGainAttr(), op.getNormBiasAttr());
  if (op.getActivation())
    shape.activation = *op.getActivation();
  shape.numbers = launch.numbersOf(op.getWeightAttr());
  plan::LinearStrategyAttr strategy = op.getStrategy();
  shape.strategy = {strategy.getRowBlock(), strategy.getStreamPanels(), strategy.getRowsToSplit()};
  launch.needScratch(linearScratchBytes(shape, kernel.target()));
  callKernel(kernel, linearKernel(kernel, shape),
             {.input = launch.address(op.getInput()),
              .weights = launch.weight(op.getWeightAttr()),
              .bias = launch.weight(op.getBiasAttr()),
              .gain = launch.weight(op.getNormGainAttr()),
              .shift = launch.weight(op.getNormBiasAttr()),
              .residual = launch.address(op.getResidual()),
              .output = launch.address(op.getOutput()),
              .normalized = launch.address(op.getNormalized()),
              .rowCount = launch.rowsOf(op.getInput()),
              .scratch = launch.scratch(),
              .worker = launch.worker,
              .workerCount = launch.workerCount});
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// What must hold of linear layers, and what they are to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

LogicalResult LinearOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // linear_c1
  if (!getNorm() && (getNormGain() || getNormBias() || getNormalized()))
    return emitOpError("expects a norm where there is a gain, a shift or a normalized result");
  // linear_c2
  if (getGated() && !getActivation())
    return emitOpError("expects an activation for the gate");
  // linear_c3
  for (Value operand : getOperands())
    if (auto type = cast<BufferType>(operand.getType()); type.getSpace() != input.getSpace())
      return mismatch(*this, "all operands to be rows of the same space", input, type);
  // linear_c4
  if (getResidual() && getResidual().getType().getWidth() != output.getWidth())
    return mismatch(*this, "a residual as wide as the output", getResidual().getType(), output);
  if (getNormalized() && getNormalized().getType().getWidth() != input.getWidth())
    return mismatch(*this, "a normalized result as wide as the input", getNormalized().getType(),
                    input);
  // linear_c5
  LinearStrategyAttr strategy = getStrategy();
  if (strategy.getRowBlock() <= 0 || strategy.getStreamPanels() <= 0 ||
      strategy.getRowsToSplit() <= 0)
    return mismatch(*this, "a strategy of positive numbers", strategy);
  // linear_c6
  int64_t heads = getHeadCount().value_or(1);
  if (heads <= 0 || input.getWidth() % heads != 0 || output.getWidth() % heads != 0)
    return mismatch(*this, "heads that divide input and output", input, output);
  if (getHeadCount() ? getNorm() || getActivation() || getResidual() : getSharesWeight())
    return emitOpError("expects heads to be without norm, activation and residual, and a shared "
                       "weight to be one of heads");
  return success();
}

Footprint LinearOp::getFootprint() {
  return {.reads = {getInput(), getResidual()}, .writes = {getOutput(), getNormalized()}};
}

SmallVector<WeightUse, 4> LinearOp::getWeights() {
  bool isGated = getGated();
  return {{getWeightAttr(), {isGated ? LayoutKind::GatedPanels : LayoutKind::Panels}},
          {getBiasAttr(), {isGated ? LayoutKind::GatedVector : LayoutKind::Vector}},
          {getNormGainAttr(), {LayoutKind::Vector}},
          {getNormBiasAttr(), {LayoutKind::Vector}}};
}

Value LinearOp::getCountedRows() {
  return getInput();
}

Cost LinearOp::getCost() {
  int64_t products = getOutput().getType().getWidth() * (getGated() ? 2 : 1);
  return {.bytesPerRow = rowBytes(getOperands()),
          .operationsPerRow =
              2 * getInput().getType().getWidth() / int64_t(getHeadCount().value_or(1)) * products,
          .factors = weightOf(*this, getWeightAttr()).getLayout().getNumberType()};
}

} // namespace transept::plan

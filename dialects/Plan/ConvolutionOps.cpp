// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches of convolutions, and what they are to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

LogicalResult DepthwiseOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  int64_t padding = getPadding(), behind = paddingBehind();
  // depthwise_c1
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  // depthwise_c2
  if (!isPaddingOf(getKernel(), padding, behind))
    return mismatch(*this, "a padding from 0 to kernel - 1 before and behind", padding, behind);
  // depthwise_c3
  if (!makesSpace() && (getStride() != 1 || padding + behind != int64_t(getKernel()) - 1))
    return mismatch(*this,
                    "a stride of 1 and padding of kernel - 1 rows where the space stays the same",
                    int64_t(getStride()), padding + behind);
  // depthwise_c4
  if (getWidth() && (behind != padding || int64_t(*getWidth()) < 1))
    return mismatch(*this, "a grid with equal padding on all sides", int64_t(*getWidth()), behind);
  return success();
}

Footprint DepthwiseOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> DepthwiseOp::getWeights() {
  SmallVector<WeightUse, 4> weights = {{getWeightAttr(), {LayoutKind::Panels}}};
  if (getBias())
    weights.push_back({getBiasAttr(), {LayoutKind::Vector}});
  return weights;
}

Value DepthwiseOp::getCountedRows() {
  return getOutput();
}

/// Windows that overlap read a row once.
Cost DepthwiseOp::getCost() {
  int64_t kernel = getKernel(), fresh = std::min(int64_t(getStride()), kernel), taps = kernel;
  if (getWidth()) {
    fresh *= fresh;
    taps *= kernel;
  }
  return {.bytesPerRow = fresh * rowBytes(getInput()) + rowBytes(getOutput()),
          .operationsPerRow = 2 * taps * getOutput().getType().getWidth()};
}

bool DepthwiseOp::makesSpace() {
  return getInput().getType().getSpace() != getOutput().getType().getSpace();
}

MadeSpace DepthwiseOp::getMadeSpace() {
  int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  RowStep step{.kernel = kernel, .stride = stride, .padding = padding + paddingBehind()};
  if (getWidth())
    step = RowStep::overGrid(kernel, stride, padding, *getWidth(), *getWidth());
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = step};
}

LogicalResult GridWindowsOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  int64_t kernel = getKernel();
  // grid_windows_c1
  if (kernel < 1 || output.getWidth() % (kernel * kernel) != 0 ||
      (input.getWidth() != channels() && input.getWidth() != int64_t(getWidth()) * channels()))
    return mismatch(*this,
                    "an output of kernel^2 times a place's width, and an input as wide as a place "
                    "or as a line",
                    input, output);
  // grid_windows_c2
  if (!isPaddingOf(kernel, getPadding(), getPadding()))
    return mismatch(*this, "a padding from 0 to kernel - 1", int64_t(getPadding()));
  return success();
}

Footprint GridWindowsOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> GridWindowsOp::getWeights() {
  return {};
}

Value GridWindowsOp::getCountedRows() {
  return getOutput();
}

/// Windows that overlap read a place once.
Cost GridWindowsOp::getCost() {
  int64_t fresh = std::min(int64_t(getStride()), int64_t(getKernel()));
  return {.bytesPerRow =
              fresh * fresh * channels() * int64_t(sizeof(float)) + rowBytes(getOutput())};
}

MadeSpace GridWindowsOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = RowStep::overGrid(getKernel(), getStride(), getPadding(), getWidth(), lineRows()),
          .rowsBefore = int64_t(getHeight().value_or(0)) * lineRows()};
}

} // namespace transept::plan

// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of convolutions, and the spaces that these make.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

/// Does a line with its padding have a place for the kernel?
static bool isLineOf(int64_t kernel, int64_t padding, int64_t width) {
  return width >= 1 && width + 2 * padding >= kernel;
}

bool DepthwiseConvolutionOp::makesSpace() {
  return getInput().getType().getSpace() != getResult().getType().getSpace();
}

MadeSpace DepthwiseConvolutionOp::getMadeSpace() {
  int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  RowStep step{.kernel = kernel, .stride = stride, .padding = padding + paddingBehind()};
  if (getWidth())
    step = RowStep::overGrid(kernel, stride, padding, *getWidth(), *getWidth());
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = step};
}

LogicalResult DepthwiseConvolutionOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  int64_t kernel = getKernel(), padding = getPadding(), behind = paddingBehind();
  // depthwise_convolution_c1
  if (input.getWidth() != result.getWidth())
    return mismatch(*this, "input and result to have the same width", input, result);
  if (getBias() && getBias().getType().getDimSize(0) != input.getWidth())
    return mismatch(*this, "a bias of " + Twine(input.getWidth()) + " numbers",
                    getBias().getType());
  // depthwise_convolution_c2
  RankedTensorType weight = getWeight().getType();
  int64_t taps = getWidth() ? kernel * kernel : kernel;
  if (outputsOf(weight) != input.getWidth() || inputsOf(weight) != taps)
    return mismatch(*this,
                    "a weight of " + Twine(input.getWidth()) + " channels by " + Twine(taps) +
                        " numbers",
                    weight);
  // depthwise_convolution_c3
  if (!isPaddingOf(kernel, padding, behind))
    return mismatch(*this, "a padding from 0 to kernel - 1 before and behind", padding, behind);
  // depthwise_convolution_c4
  if (!makesSpace() && (getStride() != 1 || padding + behind != kernel - 1))
    return mismatch(*this,
                    "a stride of 1 and padding of kernel - 1 rows where the space stays the same",
                    int64_t(getStride()), padding + behind);
  // depthwise_convolution_c5
  if (getWidth() && (behind != padding || !isLineOf(kernel, padding, *getWidth())))
    return mismatch(*this, "a grid with equal padding on all sides, as wide as the kernel",
                    int64_t(*getWidth()), behind);
  return success();
}

MadeSpace GridWindowsOp::getMadeSpace() {
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = RowStep::overGrid(getKernel(), getStride(), getPadding(), getWidth(), lineRows()),
          .rowsBefore = int64_t(getHeight().value_or(0)) * lineRows()};
}

LogicalResult GridWindowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  int64_t kernel = getKernel(), padding = getPadding(), width = getWidth();
  // grid_windows_c1
  if (kernel < 1 || result.getWidth() % (kernel * kernel) != 0 ||
      (input.getWidth() != channels() && input.getWidth() != width * channels()))
    return mismatch(*this,
                    "a result of kernel^2 times a place's width, and an input as wide as a place "
                    "or as a line",
                    input, result);
  // grid_windows_c2
  if (!isPaddingOf(kernel, padding, padding))
    return mismatch(*this, "a padding from 0 to kernel - 1", padding);
  // grid_windows_c3
  if (!isLineOf(kernel, padding, width) || !isLineOf(kernel, padding, getHeight().value_or(kernel)))
    return mismatch(*this, "a grid that with its padding is as large as the kernel", width,
                    int64_t(getHeight().value_or(kernel)));
  return success();
}

// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches that pass over rows once, and what they are to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

static bool isAlike(BufferType a, BufferType b) {
  return a.getSpace() == b.getSpace() && a.getWidth() == b.getWidth();
}

LogicalResult NormalizeOp::verify() {
  // normalize_c1
  BufferType input = getInput().getType(), output = getOutput().getType();
  if (!isAlike(input, output))
    return mismatch(*this, "input and output to be rows of the same space and width", input,
                    output);
  // normalize_c2
  int64_t heads = getHeadCount().value_or(1);
  if (heads <= 0 || input.getWidth() % heads != 0)
    return mismatch(*this, "a positive head_count that divides the width", heads, input);
  return success();
}

Footprint NormalizeOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> NormalizeOp::getWeights() {
  return {{getGainAttr(), {LayoutKind::Vector}}, {getShiftAttr(), {LayoutKind::Vector}}};
}

Value NormalizeOp::getCountedRows() {
  return getInput();
}

Cost NormalizeOp::getCost() {
  return {.bytesPerRow = rowBytes(getOperands())};
}

/// Two numbers for each row of `rows`.
static bool isMeasuresOf(BufferType measures, BufferType rows) {
  return measures.getSpace() == rows.getSpace() && measures.getWidth() == 2;
}

LogicalResult MeasureRowsOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // measure_rows_c1
  if (!isMeasuresOf(output, input))
    return mismatch(*this, "an output of two numbers for each row of the input", input, output);
  return success();
}

Footprint MeasureRowsOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> MeasureRowsOp::getWeights() {
  return {};
}

Value MeasureRowsOp::getCountedRows() {
  return getInput();
}

Cost MeasureRowsOp::getCost() {
  return {.bytesPerRow = rowBytes(getOperands())};
}

LogicalResult NormalizeSequenceOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // normalize_sequence_c1
  if (!isAlike(input, output))
    return mismatch(*this, "input and output to be rows of the same space and width", input,
                    output);
  // normalize_sequence_c2
  if (!isMeasuresOf(getMeasures().getType(), input))
    return mismatch(*this, "two measures for each row of the input", getMeasures().getType(),
                    input);
  // normalize_sequence_c3
  if (double epsilon = getEpsilon().convertToDouble(); !(epsilon >= 0))
    return mismatch(*this, "an epsilon that is not negative", epsilon);
  return success();
}

Footprint NormalizeSequenceOp::getFootprint() {
  return {.reads = {getInput(), getMeasures()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> NormalizeSequenceOp::getWeights() {
  return {{getGainAttr(), {LayoutKind::Vector}}, {getShiftAttr(), {LayoutKind::Vector}}};
}

Value NormalizeSequenceOp::getCountedRows() {
  return getInput();
}

Cost NormalizeSequenceOp::getCost() {
  return {.bytesPerRow = rowBytes(getOperands())};
}

LogicalResult RotateOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  int64_t heads = getHeadCount(), dims = getDims();
  // rotate_c1
  if (!isAlike(input, output) || !input.getSpace().isWhole())
    return mismatch(*this, "input and output to be the same rows of the source or the target",
                    input, output);
  // rotate_c2
  if (heads <= 0 || input.getWidth() % heads != 0)
    return mismatch(*this, "a positive head_count that divides the width", heads, input);
  // rotate_c3
  if (dims <= 0 || dims % 2 != 0 || dims > input.getWidth() / heads)
    return mismatch(*this,
                    "an even number of dims from 2 to a head's " + Twine(input.getWidth() / heads),
                    dims);
  // rotate_c4
  double theta = getTheta().convertToDouble(), factor = getFactor().convertToDouble();
  if (!(theta > 0 && factor > 0))
    return mismatch(*this, "a positive theta and factor", theta, factor);
  return success();
}

Footprint RotateOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> RotateOp::getWeights() {
  return {};
}

Value RotateOp::getCountedRows() {
  return getInput();
}

Cost RotateOp::getCost() {
  return {.bytesPerRow = rowBytes(getOperands())};
}

LogicalResult ElementwiseOp::verify() {
  ElementwiseKind kind = getKind();
  StringRef name = stringifyElementwiseKind(kind);
  auto expects = [&](StringRef part, bool isExpected) {
    return emitOpError("expects ") << (isExpected ? "" : "no ") << part << " for " << name;
  };
  // elementwise_c1
  bool isBinary = kind == ElementwiseKind::Add || kind == ElementwiseKind::Multiply;
  if (bool(getRight()) != isBinary)
    return expects("right operand", isBinary);
  // elementwise_c2
  bool isScale = kind == ElementwiseKind::Scale;
  if (getFactor().has_value() != isScale)
    return expects("factor", isScale);
  // elementwise_c3
  bool isActivation = kind == ElementwiseKind::Activate;
  if (getActivation().has_value() != isActivation)
    return expects("activation", isActivation);
  // elementwise_c4
  BufferType left = getLeft().getType();
  for (Value operand : getOperands())
    if (auto type = cast<BufferType>(operand.getType()); !isAlike(left, type))
      return mismatch(*this, "all operands to be rows of the same space and width", left, type);
  return success();
}

Footprint ElementwiseOp::getFootprint() {
  return {.reads = {getLeft(), getRight()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> ElementwiseOp::getWeights() {
  return {};
}

Value ElementwiseOp::getCountedRows() {
  return getLeft();
}

Cost ElementwiseOp::getCost() {
  return {.bytesPerRow = rowBytes(getOperands())};
}

LogicalResult TakeRequestedOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // take_requested_c1
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  // take_requested_c2
  if (!output.getSpace().isRequested())
    return mismatch(*this, "an output of requested rows", output);
  return success();
}

Footprint TakeRequestedOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> TakeRequestedOp::getWeights() {
  return {};
}

Value TakeRequestedOp::getCountedRows() {
  return getOutput();
}

Cost TakeRequestedOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getOutput())};
}

MadeSpace TakeRequestedOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace()};
}

Footprint EmitStatesOp::getFootprint() {
  return {.reads = {getInput()}};
}

SmallVector<WeightUse, 4> EmitStatesOp::getWeights() {
  return {};
}

Value EmitStatesOp::getCountedRows() {
  return getInput();
}

Cost EmitStatesOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getInput())};
}

} // namespace transept::plan

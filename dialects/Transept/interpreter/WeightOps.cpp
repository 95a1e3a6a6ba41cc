// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of weights.

#include "dialects/Transept/RelativePosition.h"
#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace transept;

static std::vector<int64_t> shapeOf(Value weight) {
  return cast<RankedTensorType>(weight.getType()).getShape().vec();
}

LogicalResult ParameterOp::interpret(Frame &frame) {
  const ParameterRequest request = {.name = getName(),
                                    .isTransposed = getTransposed(),
                                    .rowBegin = int64_t(getRowBegin()),
                                    .shape = shapeOf(getResult())};
  llvm::Expected<std::vector<float>> values = frame.parameters(request);
  if (!values)
    return emitOpError() << "of \"" << getName() << "\": " << llvm::toString(values.takeError());
  if (int64_t(values->size()) != cast<RankedTensorType>(getType()).getNumElements())
    return emitOpError() << "expects " << getType() << " of \"" << getName() << "\", but got "
                         << values->size() << " numbers";
  frame.bindWeight(getResult(), Tensor(request.shape, {values->begin(), values->end()}));
  return success();
}

LogicalResult SinusoidOp::interpret(Frame &frame) {
  Tensor table(shapeOf(getResult()));
  int64_t width = table.width();
  int64_t half = width / 2;
  bool isInterleaved = getKind() == SinusoidKind::Interleaved;
  double steps = getKind() == SinusoidKind::HalvesInclusive ? half - 1 : half;
  for (int64_t row = 0; row < table.rowCount(); ++row)
    for (int64_t i = 0; i < half; ++i) {
      int64_t position = getDescendingFrom() ? int64_t(*getDescendingFrom()) - row : row;
      double angle = position / std::pow(10000.0, i / steps);
      table.row(row)[isInterleaved ? 2 * i : i] = std::sin(angle);
      table.row(row)[isInterleaved ? 2 * i + 1 : half + i] = std::cos(angle);
    }
  frame.bindWeight(getResult(), std::move(table));
  return success();
}

LogicalResult WeightScaleOp::interpret(Frame &frame) {
  Tensor result = frame.weight(getInput());
  for (double &x : result.values)
    x *= getFactor().convertToDouble();
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightShiftOp::interpret(Frame &frame) {
  Tensor result = frame.weight(getInput());
  for (double &x : result.values)
    x += getTerm().convertToDouble();
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightScaleColumnsOp::interpret(Frame &frame) {
  Tensor result = frame.weight(getInput());
  const Tensor &factors = frame.weight(getFactors());
  for (int64_t i = 0; i < result.rowCount(); ++i)
    for (int64_t k = 0; k < result.width(); ++k)
      result.row(i)[k] *= factors.values[k];
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightScaleRowsOp::interpret(Frame &frame) {
  Tensor result = frame.weight(getInput());
  const Tensor &factors = frame.weight(getFactors());
  size_t width = result.values.size() / factors.values.size();
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] *= factors.values[i / width];
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightInverseRootOp::interpret(Frame &frame) {
  Tensor result = frame.weight(getInput());
  for (double &x : result.values)
    x = 1 / std::sqrt(x + getEpsilon().convertToDouble());
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightProductOp::interpret(Frame &frame) {
  const Tensor &matrix = frame.weight(getMatrix());
  const Tensor &factors = frame.weight(getFactors());
  Tensor result(shapeOf(getResult()));
  int64_t depth = matrix.width(), count = int64_t(factors.values.size()) / depth;
  for (int64_t i = 0; i < matrix.rowCount(); ++i)
    for (int64_t n = 0; n < count; ++n)
      for (int64_t k = 0; k < depth; ++k)
        result.values[i * count + n] += matrix.row(i)[k] * factors.values[n * depth + k];
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightAddOp::interpret(Frame &frame) {
  Tensor result = frame.weight(getLhs());
  const Tensor &rhs = frame.weight(getRhs());
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] += rhs.values[i];
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightAddRowOp::interpret(Frame &frame) {
  Tensor result = frame.weight(getMatrix());
  const Tensor &row = frame.weight(getRow());
  for (int64_t i = 0; i < result.rowCount(); ++i)
    for (int64_t k = 0; k < result.width(); ++k)
      result.row(i)[k] += row.values[k];
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightGridOp::interpret(Frame &frame) {
  const Tensor &columns = frame.weight(getColumns()), &lines = frame.weight(getLines());
  Tensor result(shapeOf(getResult()));
  for (int64_t place = 0; place < result.rowCount(); ++place) {
    std::span<double> row = result.row(place);
    std::ranges::copy(columns.row(place % int64_t(getWidth())), row.begin());
    std::ranges::copy(lines.row(place / int64_t(getWidth())), row.begin() + columns.width());
  }
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult WeightConcatenateOp::interpret(Frame &frame) {
  std::vector<double> values;
  for (Value input : getInputs()) {
    const Tensor &part = frame.weight(input);
    values.insert(values.end(), part.values.begin(), part.values.end());
  }
  frame.bindWeight(getResult(), Tensor(shapeOf(getResult()), std::move(values)));
  return success();
}

LogicalResult WeightZeroOp::interpret(Frame &frame) {
  frame.bindWeight(getResult(), Tensor(shapeOf(getResult())));
  return success();
}

LogicalResult WeightFlattenOp::interpret(Frame &frame) {
  frame.bindWeight(getResult(), Tensor(shapeOf(getResult()), frame.weight(getMatrix()).values));
  return success();
}

LogicalResult WeightReverseRowsOp::interpret(Frame &frame) {
  const Tensor &input = frame.weight(getInput());
  Tensor result(shapeOf(getResult()));
  for (int64_t i = 0; i < result.rowCount(); ++i)
    for (int64_t k = 0; k < result.width(); ++k)
      result.row(i)[k] = input.row(result.rowCount() - 1 - i)[k];
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

LogicalResult DistanceBucketsOp::interpret(Frame &frame) {
  Tensor result(shapeOf(getResult()));
  int64_t reach = int64_t(result.values.size()) / 2;
  for (int64_t i = 0; i < int64_t(result.values.size()); ++i)
    result.values[size_t(i)] = double(relativePositionBucket(
        i - reach - int64_t(getAhead()), {.count = int64_t(getBucketCount()),
                                          .maximumDistance = int64_t(getMaximumDistance()),
                                          .isBidirectional = getBidirectional()}));
  frame.bindWeight(getResult(), std::move(result));
  return success();
}

// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of row-wise arithmetic and the vocabulary projection.

#include "dialects/Transept/interpreter/Interpreter.h"
#include "dialects/Transept/interpreter/RowArithmetic.h"

#include <cmath>

using namespace mlir;
using namespace transept;

/// norm(input) * gain + bias, or the input itself without a norm.
static Tensor prologue(const Tensor &input, std::optional<NormAttr> norm, const Tensor *gain,
                       const Tensor *bias) {
  if (!norm)
    return input;
  return normalize(input, norm->getKind(), norm->getEpsilon().getValueAsDouble(), gain, bias);
}

LogicalResult LinearOp::interpret(Frame &frame) {
  Tensor normalized = prologue(frame.rows(getInput()), getNorm(), frame.weightOrNull(getNormGain()),
                               frame.weightOrNull(getNormBias()));
  const Tensor product =
      multiply(normalized, frame.weight(getWeight()), frame.weightOrNull(getBias()));
  Tensor result({product.rowCount(), int64_t(cast<RowsType>(getResult().getType()).getWidth())});
  for (int64_t i = 0; i < result.rowCount(); ++i)
    for (int64_t j = 0; j < result.width(); ++j) {
      double y = product.row(i)[j];
      if (auto kind = getActivation())
        y = activate(*kind, y);
      if (getGated())
        y *= product.row(i)[result.width() + j];
      if (Value residual = getResidual())
        y += frame.rows(residual).row(i)[j];
      result.row(i)[j] = y;
    }
  frame.bindRows(getResult(), std::move(result));
  if (getNormalized())
    frame.bindRows(getNormalized(), std::move(normalized));
  return success();
}

LogicalResult HeadLinearOp::interpret(Frame &frame) {
  const Tensor &input = frame.rows(getInput());
  int64_t heads = getHeadCount(), inputs = input.width() / heads;
  int64_t outputs = int64_t(cast<RowsType>(getType()).getWidth()) / heads;
  Tensor result({input.rowCount(), heads * outputs});
  for (int64_t head = 0; head < heads; ++head) {
    const Tensor &weight = frame.weight(weightOf(head));
    const Tensor *bias = frame.weightOrNull(biasOf(head));
    for (int64_t i = 0; i < result.rowCount(); ++i)
      for (int64_t n = 0; n < outputs; ++n) {
        double &y = result.row(i)[head * outputs + n];
        y = bias ? bias->values[n] : 0;
        for (int64_t k = 0; k < inputs; ++k)
          y += input.row(i)[head * inputs + k] * weight.row(n)[k];
      }
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult ActivationOp::interpret(Frame &frame) {
  Tensor result = frame.rows(getInput());
  for (double &x : result.values)
    x = activate(getKind(), x);
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult GateOp::interpret(Frame &frame) {
  Tensor result = frame.rows(getGate());
  const Tensor &value = frame.rows(getValue());
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] *= value.values[i];
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult AddOp::interpret(Frame &frame) {
  Tensor result = frame.rows(getLhs());
  const Tensor &rhs = frame.rows(getRhs());
  for (size_t i = 0; i < result.values.size(); ++i)
    result.values[i] += rhs.values[i];
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult ScaleOp::interpret(Frame &frame) {
  Tensor result = frame.rows(getInput());
  for (double &x : result.values)
    x *= getFactor().convertToDouble();
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult SliceColumnsOp::interpret(Frame &frame) {
  const Tensor &input = frame.rows(getInput());
  Tensor result({input.rowCount(), int64_t(cast<RowsType>(getType()).getWidth())});
  for (int64_t i = 0; i < result.rowCount(); ++i)
    for (int64_t j = 0; j < result.width(); ++j)
      result.row(i)[j] = input.row(i)[getBegin() + j];
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult RequestedRowsOp::interpret(Frame &frame) {
  const Tensor &input = frame.rows(getInput());
  auto rows = frame.batch.requestedRows(cast<RowsType>(getInput().getType()).getSpace());
  Tensor result({int64_t(rows.size()), input.width()});
  for (int64_t i = 0; i < result.rowCount(); ++i)
    for (int64_t j = 0; j < result.width(); ++j)
      result.row(i)[j] = input.row(rows[i])[j];
  frame.bindRows(getResult(), std::move(result));
  return success();
}

static Tensor capped(Tensor logits, std::optional<llvm::APFloat> softCap) {
  if (softCap)
    for (double &x : logits.values)
      x = softCap->convertToDouble() * std::tanh(x / softCap->convertToDouble());
  return logits;
}

LogicalResult LogitsOp::interpret(Frame &frame) {
  frame.bindRows(getResult(), capped(multiply(frame.rows(getInput()), frame.weight(getWeight()),
                                              frame.weightOrNull(getBias())),
                                     getSoftCap()));
  return success();
}

LogicalResult SearchVocabularyOp::interpret(Frame &frame) {
  const Tensor normalized =
      prologue(frame.rows(getInput()), getNorm(), frame.weightOrNull(getNormGain()),
               frame.weightOrNull(getNormBias()));
  frame.bind(getResult(), Candidates{capped(multiply(normalized, frame.weight(getWeight()),
                                                     frame.weightOrNull(getBias())),
                                            getSoftCap())});
  return success();
}

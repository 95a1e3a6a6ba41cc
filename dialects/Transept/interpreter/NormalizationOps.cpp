// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of normalizations.

#include "dialects/Transept/interpreter/Interpreter.h"
#include "dialects/Transept/interpreter/RowArithmetic.h"

using namespace mlir;
using namespace transept;

LogicalResult LayerNormOp::interpret(Frame &frame) {
  frame.bindRows(getResult(),
                 normalize(frame.rows(getInput()), NormKind::Layer, getEpsilon().convertToDouble(),
                           frame.weightOrNull(getGain()), frame.weightOrNull(getBias())));
  return success();
}

LogicalResult SequenceNormOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getInput());
  const Tensor &input = frame.rows(getInput());
  const Tensor *gain = frame.weightOrNull(getGain()), *bias = frame.weightOrNull(getBias());
  const int64_t width = input.width();
  Tensor result({input.rowCount(), width});
  int64_t begin = 0;
  for (int64_t length : space.lengths) {
    // A sequence is one long row.
    auto first = input.values.begin() + begin * width;
    Tensor whole({1, length * width}, {first, first + length * width});
    whole = normalize(whole, NormKind::Layer, getEpsilon().convertToDouble(), /*gain=*/nullptr,
                      /*bias=*/nullptr);
    for (int64_t i = 0; i < length * width; ++i)
      result.values[begin * width + i] = whole.values[i] * (gain ? gain->values[i % width] : 1) +
                                         (bias ? bias->values[i % width] : 0);
    begin += length;
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult RmsNormOp::interpret(Frame &frame) {
  // Heads are rows of their own: they lie one after another.
  Tensor heads = frame.rows(getInput());
  int64_t rows = heads.rowCount(), width = heads.width(), count = getHeadCount().value_or(1);
  heads = normalize(Tensor({rows * count, width / count}, std::move(heads.values)),
                    NormKind::RootMeanSquare, getEpsilon().convertToDouble(),
                    frame.weightOrNull(getGain()), /*bias=*/nullptr);
  frame.bindRows(getResult(), Tensor({rows, width}, std::move(heads.values)));
  return success();
}

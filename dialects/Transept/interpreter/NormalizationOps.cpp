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

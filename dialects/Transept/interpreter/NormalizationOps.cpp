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
  frame.bindRows(getResult(), normalize(frame.rows(getInput()), NormKind::RootMeanSquare,
                                        getEpsilon().convertToDouble(),
                                        frame.weightOrNull(getGain()), /*bias=*/nullptr));
  return success();
}

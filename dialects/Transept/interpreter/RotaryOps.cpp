// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of rotary positions.

#include "dialects/Transept/RotaryFrequencies.h"
#include "dialects/Transept/interpreter/Interpreter.h"

#include <cmath>

using namespace mlir;
using namespace transept;

LogicalResult RotaryOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getInput());
  const Tensor &input = frame.rows(getInput());
  int64_t dims = getDims(), pairs = dims / 2, headSize = input.width() / int64_t(getHeadCount());
  std::vector<float> frequencies =
      rotaryFrequencies({dims, getTheta().convertToDouble(), getFactor().convertToDouble()});
  Tensor result = input;
  for (int64_t row = 0; row < input.rowCount(); ++row)
    for (int64_t pair = 0; pair < pairs; ++pair) {
      float angle = float(space.positions[row]) * frequencies[pair];
      double sine = std::sin(double(angle)), cosine = std::cos(double(angle));
      int64_t first = getInterleaved() ? 2 * pair : pair;
      int64_t second = getInterleaved() ? first + 1 : first + pairs;
      for (int64_t head = 0; head < input.width(); head += headSize) {
        double a = input.row(row)[head + first], b = input.row(row)[head + second];
        result.row(row)[head + first] = a * cosine - b * sine;
        result.row(row)[head + second] = b * cosine + a * sine;
      }
    }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

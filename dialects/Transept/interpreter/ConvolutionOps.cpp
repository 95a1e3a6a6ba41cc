// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of convolutions.

#include "dialects/Transept/interpreter/Interpreter.h"
#include "dialects/Transept/interpreter/RowArithmetic.h"

using namespace mlir;
using namespace transept;

/// Fails with an error at `op` unless sequences are whole lines of `line` rows, and `rows` rows
/// where that is not 0.
static LogicalResult checkLines(Operation *op, const SequenceSpace &grids, int64_t line,
                                int64_t rows = 0) {
  for (int64_t length : grids.lengths)
    if (length % line != 0 || (rows != 0 && length != rows))
      return op->emitOpError() << "expects grids of lines of " << line
                               << " rows, but got a sequence of " << length;
  return success();
}

LogicalResult DepthwiseConvolutionOp::interpret(Frame &frame) {
  const SequenceSpace &from = frame.space(getInput()), &made = frame.space(getResult());
  const Tensor &input = frame.rows(getInput()), &weight = frame.weight(getWeight());
  const Tensor *bias = frame.weightOrNull(getBias());
  const bool isGrid = getWidth().has_value();
  const int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  // Rows in order are a grid of one column.
  const int64_t width = getWidth().value_or(1), columns = isGrid ? kernel : 1;
  const int64_t columnPadding = isGrid ? padding : 0;
  const int64_t madeWidth = isGrid ? (width + 2 * padding - kernel) / stride + 1 : 1;
  if (failed(checkLines(*this, from, width)))
    return failure();
  Tensor result({made.rowCount(), input.width()});
  int64_t begin = 0, row = 0;
  for (size_t sequence = 0; sequence < made.lengths.size(); ++sequence) {
    const int64_t height = from.lengths[sequence] / width;
    for (int64_t place = 0; place < made.lengths[sequence]; ++place, ++row)
      for (int64_t c = 0; c < input.width(); ++c) {
        double sum = bias ? bias->values[c] : 0;
        for (int64_t l = 0; l < kernel; ++l)
          for (int64_t k = 0; k < columns; ++k) {
            int64_t line = place / madeWidth * stride + l - padding;
            int64_t column = place % madeWidth * stride + k - columnPadding;
            if (line >= 0 && line < height && column >= 0 && column < width)
              sum += weight.row(c)[l * columns + k] * input.row(begin + line * width + column)[c];
          }
        result.row(row)[c] = getActivation() ? activate(*getActivation(), sum) : sum;
      }
    begin += from.lengths[sequence];
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult GridWindowsOp::interpret(Frame &frame) {
  const SequenceSpace &from = frame.space(getInput()), &made = frame.space(getResult());
  const Tensor &input = frame.rows(getInput());
  const int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  const int64_t width = getWidth(), count = channels(), line = lineRows();
  const int64_t madeWidth = (width + 2 * padding - kernel) / stride + 1;
  if (failed(checkLines(*this, from, line, getMadeSpace().rowsBefore)))
    return failure();
  Tensor result({made.rowCount(), getResult().getType().getWidth()});
  int64_t begin = 0, row = 0;
  auto numberAt = [&](int64_t y, int64_t x, int64_t c) {
    return line == 1 ? input.row(begin + y)[x * count + c] : input.row(begin + y * width + x)[c];
  };
  for (size_t sequence = 0; sequence < made.lengths.size(); ++sequence) {
    const int64_t height = from.lengths[sequence] / line;
    for (int64_t place = 0; place < made.lengths[sequence]; ++place, ++row)
      for (int64_t l = 0; l < kernel; ++l)
        for (int64_t k = 0; k < kernel; ++k) {
          int64_t y = place / madeWidth * stride + l - padding;
          int64_t x = place % madeWidth * stride + k - padding;
          if (y < 0 || y >= height || x < 0 || x >= width)
            continue;
          for (int64_t c = 0; c < count; ++c)
            result.row(row)[c * kernel * kernel + l * kernel + k] = numberAt(y, x, c);
        }
    begin += from.lengths[sequence];
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

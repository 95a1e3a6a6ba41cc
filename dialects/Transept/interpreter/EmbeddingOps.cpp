// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of embeddings.

#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace transept;

/// Fails with an error at `op` unless `index` is a row of `table`.
static LogicalResult checkTableRow(Operation *op, StringRef what, int64_t row, int64_t index,
                                   const Tensor &table) {
  if (index >= 0 && index < table.rowCount())
    return success();
  return op->emitOpError() << "expects " << what << " from 0 to " << table.rowCount() - 1
                           << ", but got " << index << " in row " << row;
}

LogicalResult EmbeddingOp::interpret(Frame &frame) {
  const std::vector<int32_t> &ids = frame.get<IdRows>(getIds()).ids;
  const SequenceSpace &space = frame.space(getIds());
  const Tensor &table = frame.weight(getTable());
  const Tensor *positions = frame.weightOrNull(getPositions());
  double scale = getScale().convertToDouble();

  Tensor result({int64_t(ids.size()), table.width()});
  for (int64_t i = 0; i < result.rowCount(); ++i) {
    if (failed(checkTableRow(*this, "token ids", i, ids[i], table)))
      return failure();
    bool isZero = getFirstZero() && space.positions[i] == 0;
    for (int64_t j = 0; j < table.width() && !isZero; ++j)
      result.row(i)[j] = scale * table.row(ids[i])[j];
    if (!positions)
      continue;
    int64_t position = space.positions[i] + int64_t(getPositionOffset());
    if (failed(checkTableRow(*this, "positions", i, position, *positions)))
      return failure();
    for (int64_t j = 0; j < table.width(); ++j)
      result.row(i)[j] += positions->row(position)[j];
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult PositionEmbeddingOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getRows());
  const Tensor &table = frame.weight(getTable());
  Tensor result({space.rowCount(), table.width()});
  for (int64_t i = 0; i < result.rowCount(); ++i) {
    int64_t position = space.positions[i] + int64_t(getOffset());
    if (failed(checkTableRow(*this, "positions", i, position, table)))
      return failure();
    for (int64_t j = 0; j < table.width(); ++j)
      result.row(i)[j] = table.row(position)[j];
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

/// The first row of each sequence of `space`.
static std::vector<int64_t> beginnings(const SequenceSpace &space) {
  std::vector<int64_t> begins = {0};
  for (int64_t length : space.lengths)
    begins.push_back(begins.back() + length);
  return begins;
}

LogicalResult WindowsOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getInput()), &windows = frame.space(getResult());
  const Tensor &input = frame.rows(getInput());
  int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  std::vector<int64_t> begins = beginnings(space);
  Tensor result({windows.rowCount(), getResult().getType().getWidth()});
  int64_t row = 0;
  for (size_t sequence = 0; sequence < windows.lengths.size(); ++sequence)
    for (int64_t i = 0; i < windows.lengths[sequence]; ++i, ++row)
      for (int64_t k = 0; k < kernel; ++k) {
        int64_t from = i * stride + k - padding;
        if (from < 0 || from >= space.lengths[sequence])
          continue;
        for (int64_t c = 0; c < input.width(); ++c)
          result.row(row)[c * kernel + k] = input.row(begins[sequence] + from)[c];
      }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult PrependRowsOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getInput());
  const Tensor &leading = frame.weight(getLeading());
  const Tensor &input = frame.rows(getInput());
  Tensor result({frame.space(getResult()).rowCount(), input.width()});
  int64_t row = 0, from = 0;
  for (int64_t length : space.lengths) {
    for (int64_t i = 0; i < leading.rowCount(); ++i)
      std::ranges::copy(leading.row(i), result.row(row++).begin());
    for (int64_t i = 0; i < length; ++i)
      std::ranges::copy(input.row(from++), result.row(row++).begin());
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult AppendRowsOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getInput());
  const Tensor &trailing = frame.weight(getTrailing());
  const Tensor &input = frame.rows(getInput());
  Tensor result({frame.space(getResult()).rowCount(), input.width()});
  int64_t row = 0, from = 0;
  for (int64_t length : space.lengths) {
    for (int64_t i = 0; i < length; ++i)
      std::ranges::copy(input.row(from++), result.row(row++).begin());
    for (int64_t i = 0; i < trailing.rowCount(); ++i)
      std::ranges::copy(trailing.row(i), result.row(row++).begin());
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult ColumnEmbeddingOp::interpret(Frame &frame) {
  const Tensor &input = frame.rows(getInput());
  const Tensor &table = frame.weight(getTable());
  Tensor result({input.rowCount(), table.width()});
  for (int64_t i = 0; i < result.rowCount(); ++i) {
    double number = std::trunc(input.row(i)[int64_t(getColumn())]);
    auto row = int64_t(std::clamp(number, 0.0, double(table.rowCount() - 1)));
    std::ranges::copy(table.row(row), result.row(i).begin());
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

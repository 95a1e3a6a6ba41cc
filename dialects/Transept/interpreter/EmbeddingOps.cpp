// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of embeddings.

#include "dialects/Transept/interpreter/Interpreter.h"

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
  const double scale = getScale().convertToDouble();

  Tensor result({int64_t(ids.size()), table.width()});
  for (int64_t i = 0; i < result.rowCount(); ++i) {
    if (failed(checkTableRow(*this, "token ids", i, ids[i], table)))
      return failure();
    for (int64_t j = 0; j < table.width(); ++j)
      result.row(i)[j] = scale * table.row(ids[i])[j];
    if (!positions)
      continue;
    const int64_t position = space.positions[i] + int64_t(getPositionOffset());
    if (failed(checkTableRow(*this, "positions", i, position, *positions)))
      return failure();
    for (int64_t j = 0; j < table.width(); ++j)
      result.row(i)[j] += positions->row(position)[j];
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult PositionEmbeddingOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getIds());
  const Tensor &table = frame.weight(getTable());
  Tensor result({space.rowCount(), table.width()});
  for (int64_t i = 0; i < result.rowCount(); ++i) {
    const int64_t position = space.positions[i] + int64_t(getOffset());
    if (failed(checkTableRow(*this, "positions", i, position, table)))
      return failure();
    for (int64_t j = 0; j < table.width(); ++j)
      result.row(i)[j] = table.row(position)[j];
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

// SPDX-License-Identifier: Apache-2.0
//
// The interpreter's reading of rows that all others look at.

#include "dialects/Transept/interpreter/Interpreter.h"

#include <algorithm>

using namespace mlir;
using namespace transept;

LogicalResult SumBlocksOp::interpret(Frame &frame) {
  const SequenceSpace &space = frame.space(getInput());
  const Tensor &input = frame.rows(getInput());
  const int64_t size = getBlockSize();
  Tensor result({frame.space(getResult()).rowCount(), input.width()});
  int64_t row = 0, firstBlock = 0;
  for (int64_t length : space.lengths) {
    const int64_t blocks = length / size;
    for (int64_t i = 0; i < length; ++i, ++row) {
      if (blocks == 0)
        continue;
      const int64_t block = firstBlock + std::min(i / size, blocks - 1);
      for (int64_t column = 0; column < input.width(); ++column)
        result.row(block)[column] += input.row(row)[column];
    }
    firstBlock += blocks;
  }
  frame.bindRows(getResult(), std::move(result));
  return success();
}

LogicalResult ReplaceRequestedOp::interpret(Frame &frame) {
  Tensor result = frame.rows(getInput());
  const Tensor &requested = frame.rows(getRequested());
  auto rows = frame.batch.requestedRows(getInput().getType().getSpace());
  for (size_t index = 0; index < rows.size(); ++index)
    std::ranges::copy(requested.row(int64_t(index)), result.row(rows[index]).begin());
  frame.bindRows(getResult(), std::move(result));
  return success();
}

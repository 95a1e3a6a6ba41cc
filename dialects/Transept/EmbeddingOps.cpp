// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of embeddings, windows and learned rows; folds.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

LogicalResult EmbeddingOp::verify() {
  RowsType ids = getIds().getType(), result = getResult().getType();
  // embedding_c1
  if (inputsOf(getTable().getType()) != result.getWidth())
    return mismatch(*this, "table and result to have the same width", getTable().getType(), result);
  // embedding_c2
  if (ids.getSpace() != result.getSpace())
    return mismatch(*this, "ids and result to be rows of the same space", ids, result);
  // embedding_c3
  if (getPositions() && inputsOf(getPositions().getType()) != result.getWidth())
    return mismatch(*this, "positions and result to have the same width", getPositions().getType(),
                    result);
  // embedding_c4
  if (int64_t(getPositionOffset()) < 0)
    return mismatch(*this, "a position_offset that is not negative", int64_t(getPositionOffset()));
  return success();
}

LogicalResult PositionEmbeddingOp::verify() {
  auto rows = cast<RowsType>(getRows().getType());
  RowsType result = getResult().getType();
  // position_embedding_c1
  if (inputsOf(getTable().getType()) != result.getWidth())
    return mismatch(*this, "table and result to have the same width", getTable().getType(), result);
  // position_embedding_c2
  if (rows.getSpace() != result.getSpace())
    return mismatch(*this, "rows and result to be rows of the same space", rows, result);
  // position_embedding_c3
  if (int64_t(getOffset()) < 0)
    return mismatch(*this, "an offset that is not negative", int64_t(getOffset()));
  return success();
}

MadeSpace WindowsOp::getMadeSpace() {
  int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = kernel, .stride = stride, .padding = padding + paddingBehind()}};
}

LogicalResult WindowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // windows_c1
  if (result.getWidth() != int64_t(getKernel()) * input.getWidth())
    return mismatch(*this, "the result's width to be the kernel times the input's", input, result);
  // windows_c2
  if (!isPaddingOf(getKernel(), getPadding(), paddingBehind()))
    return mismatch(*this, "a padding from 0 to kernel - 1 before and behind",
                    int64_t(getPadding()), paddingBehind());
  return success();
}

MadeSpace PrependRowsOp::getMadeSpace() {
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.leading = getLeading().getType().getDimSize(0)}};
}

LogicalResult PrependRowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // prepend_rows_c1
  if (input.getWidth() != result.getWidth() ||
      inputsOf(getLeading().getType()) != result.getWidth())
    return mismatch(*this, "leading, input and result to have the same width",
                    getLeading().getType(), input);
  return success();
}

MadeSpace AppendRowsOp::getMadeSpace() {
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = RowStep::appending(getTrailing().getType().getDimSize(0))};
}

LogicalResult AppendRowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // append_rows_c1
  if (input.getWidth() != result.getWidth() ||
      inputsOf(getTrailing().getType()) != result.getWidth())
    return mismatch(*this, "input, trailing and result to have the same width", input,
                    getTrailing().getType());
  // append_rows_c2
  int64_t count = getTrailing().getType().getDimSize(0);
  if (count < 1 || count > 65536)
    return mismatch(*this, "1 to 65536 rows of trailing", count);
  return success();
}

LogicalResult ColumnEmbeddingOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // column_embedding_c1
  if (inputsOf(getTable().getType()) != result.getWidth())
    return mismatch(*this, "table and result to have the same width", getTable().getType(), result);
  // column_embedding_c2
  if (input.getSpace() != result.getSpace())
    return mismatch(*this, "input and result to be rows of the same space", input, result);
  // column_embedding_c3
  if (int64_t(getColumn()) < 0 || int64_t(getColumn()) >= input.getWidth())
    return mismatch(*this, "a column of the input", int64_t(getColumn()), input);
  // column_embedding_c4
  int64_t rows = getTable().getType().getDimSize(0);
  if (rows < 1 || rows > (int64_t(1) << 24))
    return mismatch(*this, "a table of 1 to 16777216 rows", rows);
  return success();
}

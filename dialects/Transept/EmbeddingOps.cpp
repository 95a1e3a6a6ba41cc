// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of embeddings, windows and class tokens; folds.

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

/// Ops that change how many rows a sequence has run in encode: their spaces must be the source's.
static LogicalResult verifySourceSpaces(Operation *op, RowsType input, RowsType result) {
  auto isSource = [](RowsType rows) {
    return rows.getSpace() == "source" || rows.getSpace().starts_with("source.");
  };
  if (isSource(input) && isSource(result) && input.getSpace() != result.getSpace())
    return success();
  return mismatch(op, "input and result to be rows of different spaces derived from the source",
                  input, result);
}

LogicalResult WindowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  const int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  // windows_c1
  if (result.getWidth() != kernel * input.getWidth())
    return mismatch(*this, "the result's width to be the kernel times the input's", input, result);
  // windows_c2
  if (failed(verifySourceSpaces(*this, input, result)))
    return failure();
  // windows_c3
  if (kernel < 1 || stride < 1 || padding >= kernel)
    return emitOpError("expects a positive kernel and stride and a padding below the kernel, but "
                       "got ")
           << kernel << ", " << stride << " and " << padding;
  // windows_c4
  if (padding < kernel / 2)
    return mismatch(*this, "a padding of at least half of the kernel", padding, kernel);
  return success();
}

LogicalResult PrependRowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // prepend_rows_c1
  if (input.getWidth() != result.getWidth() ||
      inputsOf(getLeading().getType()) != result.getWidth())
    return mismatch(*this, "leading, input and result to have the same width",
                    getLeading().getType(), input);
  // prepend_rows_c2
  return verifySourceSpaces(*this, input, result);
}

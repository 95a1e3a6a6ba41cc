// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of embeddings.

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
  RowsType ids = getIds().getType(), result = getResult().getType();
  // position_embedding_c1
  if (inputsOf(getTable().getType()) != result.getWidth())
    return mismatch(*this, "table and result to have the same width", getTable().getType(), result);
  // position_embedding_c2
  if (ids.getSpace() != result.getSpace())
    return mismatch(*this, "ids and result to be rows of the same space", ids, result);
  // position_embedding_c3
  if (int64_t(getOffset()) < 0)
    return mismatch(*this, "an offset that is not negative", int64_t(getOffset()));
  return success();
}

// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of ops over rows that all others look at, and the space of blocks.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

MadeSpace SumBlocksOp::getMadeSpace() {
  int64_t size = getBlockSize();
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = size, .stride = size}};
}

LogicalResult SumBlocksOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // sum_blocks_c1
  if (input.getWidth() != result.getWidth())
    return mismatch(*this, "input and result to have the same width", input, result);
  return success();
}

LogicalResult ReplaceRequestedOp::verify() {
  RowsType input = getInput().getType(), requested = getRequested().getType();
  // replace_requested_c1
  if (requested.getSpace() != input.getSpace().requested() ||
      requested.getWidth() != input.getWidth())
    return mismatch(*this, "requested rows of the input's space, as wide as the input", requested,
                    input);
  // replace_requested_c2
  if (getResult().getType() != input)
    return mismatch(*this, "input and result of one type", input, getResult().getType());
  return success();
}

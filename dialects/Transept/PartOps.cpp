// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of ops over parts of sequences, and the spaces that these make.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

MadeSpace FirstRowsOp::getMadeSpace() {
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.first = int64_t(getCount())}};
}

LogicalResult FirstRowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // first_rows_c1
  if (input.getWidth() != result.getWidth())
    return mismatch(*this, "input and result to have the same width", input, result);
  // first_rows_c2
  if (int64_t(getCount()) < 1)
    return mismatch(*this, "a positive count", int64_t(getCount()));
  return success();
}

MadeSpace RowsBehindOp::getMadeSpace() {
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = int64_t(getCount()) + 1},
          .leastRowsBefore = int64_t(getCount())};
}

LogicalResult RowsBehindOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // rows_behind_c1
  if (input.getWidth() != result.getWidth())
    return mismatch(*this, "input and result to have the same width", input, result);
  // rows_behind_c2
  if (int64_t(getCount()) < 1)
    return mismatch(*this, "a positive count", int64_t(getCount()));
  return success();
}

MadeSpace ConcatenateRowsOp::getMadeSpace() {
  return {.space = getResult().getType().getSpace(),
          .from = getSecond().getType().getSpace(),
          .step = {.leading = int64_t(getCount())}};
}

LogicalResult ConcatenateRowsOp::verify() {
  RowsType first = getFirst().getType(), second = getSecond().getType();
  RowsType result = getResult().getType();
  // concatenate_rows_c1
  if (first.getWidth() != result.getWidth() || second.getWidth() != result.getWidth())
    return mismatch(*this, "first, second and result to have the same width", first, second);
  // concatenate_rows_c2
  if (int64_t(getCount()) < 1)
    return mismatch(*this, "a positive count", int64_t(getCount()));
  // concatenate_rows_c3
  const Space &space = first.getSpace();
  if (!space.isSource() || space == second.getSpace() || space == result.getSpace())
    return mismatch(*this, "first and second to be rows of different spaces of the source",
                    space.str(), second.getSpace().str());
  return success();
}

MadeSpace PrependMeanOp::getMadeSpace() {
  return {.space = getResult().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.leading = 1}};
}

LogicalResult PrependMeanOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // prepend_mean_c1
  if (input.getWidth() != result.getWidth())
    return mismatch(*this, "input and result to have the same width", input, result);
  return success();
}

LogicalResult ChannelAttentionOp::verify() {
  RowsType type = getResult().getType();
  int64_t groups = getGroupCount();
  // channel_attention_c1
  if (groups < 1 || type.getWidth() % groups != 0)
    return mismatch(*this, "groups that divide a width of " + Twine(type.getWidth()), groups);
  // channel_attention_c2
  if (!type.getSpace().isSource())
    return mismatch(*this, "rows of the source", type);
  return success();
}

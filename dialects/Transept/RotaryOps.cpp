// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of rotary positions.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

LogicalResult RotaryOp::verify() {
  RowsType input = getInput().getType();
  int64_t heads = getHeadCount(), dims = getDims();
  // rotary_c1
  if (heads <= 0 || input.getWidth() % heads != 0)
    return mismatch(*this, "a positive head_count that divides the input's width", heads, input);
  // rotary_c2
  if (dims <= 0 || dims % 2 != 0 || dims > input.getWidth() / heads)
    return mismatch(*this,
                    "an even number of dims from 2 to a head's " + Twine(input.getWidth() / heads),
                    dims);
  // rotary_c3
  double theta = getTheta().convertToDouble(), factor = getFactor().convertToDouble();
  if (!(theta > 0 && factor > 0))
    return mismatch(*this, "a positive theta and factor", theta, factor);
  // rotary_c4
  if (getResult().getType() != input)
    return mismatch(*this, "input and result to have the same type", input, getResult().getType());
  return success();
}

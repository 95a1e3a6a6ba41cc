// SPDX-License-Identifier: Apache-2.0
//
// The verifier of the recurrence.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

LogicalResult GatedRecurrenceOp::verify() {
  RowsType gate = getGate().getType(), value = getValue().getType(), result = getResult().getType();
  // gated_recurrence_c1
  if (gate != value)
    return mismatch(*this, "gate and value of the same type", gate, value);
  if (result != value)
    return mismatch(*this, "result and value of the same type", result, value);
  // gated_recurrence_c2
  auto expected =
      SelfCacheType::get(getContext(), value.getSpace(), value.getWidth(), value.getElementType());
  if (getPast() && getPast().getType() != expected)
    return mismatch(*this, "rows and cache to have the same space, width and element type", value,
                    getPast().getType());
  // gated_recurrence_c3
  if (!value.getSpace().isWhole())
    return mismatch(*this, "rows of the source or the target itself", value);
  return success();
}

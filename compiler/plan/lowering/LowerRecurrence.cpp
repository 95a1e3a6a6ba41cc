// SPDX-License-Identifier: Apache-2.0
//
// Recurrences, and the slots of the self cache that hold their states.

#include "compiler/plan/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

plan::CacheSlotAttr GraphLowering::stateSlot(GatedRecurrenceOp op, int64_t offset) {
  int64_t width = op.getResult().getType().getWidth();
  return plan::CacheSlotAttr::get(builder.getContext(), label(op).str() + ".states",
                                  /*isKeys=*/false, /*headCount=*/1, width, offset,
                                  plan::NumberType::F32);
}

LogicalResult GraphLowering::lowerRecurrence(GatedRecurrenceOp op) {
  plan::CacheSlotAttr slot = op.getPast() ? slots.lookup(op.getPast()) : plan::CacheSlotAttr();
  plan::RecurOp::create(builder, op.getLoc(), label(op), buffer(op.getGate()),
                        buffer(op.getValue()), newBuffer(op.getResult()), slot);
  return success();
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// What holds of every launch, whatever it does.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

#include "llvm/ADT/StringExtras.h"

using namespace mlir;

namespace transept::plan {

int64_t rowBytes(ValueRange buffers) {
  int64_t bytes = 0;
  for (Value buffer : buffers)
    if (buffer)
      bytes += cast<BufferType>(buffer.getType()).getWidth() * int64_t(sizeof(float));
  return bytes;
}

LogicalResult verifyFootprint(Operation *launch) {
  Footprint footprint = cast<LaunchOpInterface>(launch).getFootprint();
  for (OpOperand &operand : launch->getOpOperands())
    if (!llvm::is_contained(footprint.reads, operand.get()) &&
        !llvm::is_contained(footprint.writes, operand.get()))
      return mismatch(launch, "every operand in its footprint",
                      "operand " + Twine(operand.getOperandNumber()) + " outside");
  return success();
}

LogicalResult verifyWeights(Operation *launch, SymbolTableCollection &tables) {
  for (const WeightUse &use : cast<LaunchOpInterface>(launch).getWeights()) {
    if (!use.symbol)
      continue;
    // launch_c1
    auto weight = tables.lookupNearestSymbolFrom<WeightOp>(launch, use.symbol);
    if (!weight)
      return mismatch(launch, "a plan.weight", use.symbol);
    // launch_c2
    LayoutKind kind = weight.getLayout().getKind();
    if (!llvm::is_contained(use.layouts, kind))
      return launch->emitOpError("expects ")
             << use.symbol << " in the layout "
             << llvm::join(llvm::map_range(use.layouts, stringifyLayoutKind), " or ")
             << ", but got " << stringifyLayoutKind(kind);
  }
  return success();
}

} // namespace transept::plan

#include "dialects/Plan/PlanInterfaces.cpp.inc"

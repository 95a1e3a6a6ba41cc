// SPDX-License-Identifier: Apache-2.0
//
// Matching norms.

#include "compiler/transforms/Norms.h"

#include <cassert>

namespace transept {

using namespace mlir;

NormParts matchNorm(Operation *op) {
  if (auto norm = llvm::dyn_cast_or_null<LayerNormOp>(op))
    return {norm,           norm.getInput(), norm.getGain(),
            norm.getBias(), NormKind::Layer, norm.getEpsilonAttr()};
  // Norms of heads are no norms of rows.
  if (auto norm = llvm::dyn_cast_or_null<RmsNormOp>(op); norm && !norm.getHeadCount())
    return {norm,    norm.getInput(),          norm.getGain(),
            nullptr, NormKind::RootMeanSquare, norm.getEpsilonAttr()};
  return {};
}

static void assignOptional(MutableOperandRange operand, Value value) {
  operand.assign(value ? ValueRange(value) : ValueRange());
}

void NormParts::setGainAndBias(Value newGain, Value newBias) {
  gain = newGain;
  bias = newBias;
  if (auto norm = llvm::dyn_cast<LayerNormOp>(op)) {
    assignOptional(norm.getGainMutable(), gain);
    assignOptional(norm.getBiasMutable(), bias);
    return;
  }
  assert(!bias && "a root mean square norm has no bias");
  assignOptional(llvm::cast<RmsNormOp>(op).getGainMutable(), gain);
}

} // namespace transept

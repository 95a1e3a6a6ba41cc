// SPDX-License-Identifier: Apache-2.0
//
// Attention with or without its weights as a second result: the op is made anew, with all that it
// has.

#ifndef TRANSEPT_COMPILER_TRANSFORMS_ATTENTIONRESULTS_H
#define TRANSEPT_COMPILER_TRANSFORMS_ATTENTIONRESULTS_H

#include "dialects/Transept/Transept.h"

#include "mlir/IR/Builders.h"

namespace transept {

/// Replaces `attention`, one of those that have weights, by one with these; without where `weights`
/// is null.
template <typename AttentionOp>
void replaceWeights(AttentionOp attention, AttentionWeightsType weights) {
  mlir::OpBuilder builder(attention);
  mlir::OperationState state(attention.getLoc(), attention->getName());
  state.addOperands(attention->getOperands());
  state.addTypes(attention.getResult().getType());
  if (weights)
    state.addTypes(weights);
  state.template getOrAddProperties<typename AttentionOp::Properties>() = attention.getProperties();
  mlir::Operation *replacement = builder.create(state);
  attention.getResult().replaceAllUsesWith(replacement->getResult(0));
  attention.erase();
}

} // namespace transept

#endif

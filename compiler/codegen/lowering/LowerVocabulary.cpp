// SPDX-License-Identifier: Apache-2.0
//
// What leaves the programs: candidates of the vocabulary search, encoder states.

#include "compiler/codegen/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

LogicalResult GraphLowering::lowerSearch(SearchVocabularyOp op) {
  auto vocabularySize = builder.getI64IntegerAttr(op.getResult().getType().getVocabularySize());
  plan::SearchOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                         weight(op.getWeight(), plan::LayoutKind::Panels),
                         optionalWeight(op.getBias(), plan::LayoutKind::Vector), op.getNormAttr(),
                         optionalWeight(op.getNormGain(), plan::LayoutKind::Vector),
                         optionalWeight(op.getNormBias(), plan::LayoutKind::Vector),
                         vocabularySize);
  plan::MergeSearchOp::create(builder, op.getLoc(), label(op), vocabularySize);
  return success();
}

LogicalResult GraphLowering::lowerReturn(func::ReturnOp op) {
  for (Value result : op.getOperands()) {
    if (isa<EncoderCacheType, CandidatesType>(result.getType()))
      continue;
    if (current.getName() != "encode")
      return op.emitError("expects decode to return candidates, but got ") << result.getType();
    plan::EmitStatesOp::create(builder, op.getLoc(), builder.getStringAttr("encoder.states"),
                               buffer(result));
  }
  return success();
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// What leaves the programs: candidates of the vocabulary search, encoder states, rows of numbers.

#include "compiler/plan/lowering/GraphLowering.h"

namespace transept::codegen {

using namespace mlir;

LogicalResult GraphLowering::lowerSearch(SearchVocabularyOp op) {
  auto vocabularySize = builder.getI64IntegerAttr(op.getResult().getType().getVocabularySize());
  plan::SearchOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                         weight(op.getWeight(), plan::LayoutKind::Panels),
                         optionalWeight(op.getBias(), plan::LayoutKind::Vector), op.getNormAttr(),
                         optionalWeight(op.getNormGain(), plan::LayoutKind::Vector),
                         optionalWeight(op.getNormBias(), plan::LayoutKind::Vector), vocabularySize,
                         op.getSoftCapAttr());
  plan::MergeSearchOp::create(builder, op.getLoc(), label(op), vocabularySize);
  return success();
}

FailureOr<plan::ReturnedAttentionAttr> GraphLowering::returnedAttention(Value weights) {
  auto average = weights.getDefiningOp<AverageHeadsOp>();
  if (average)
    weights = average.getWeights();
  // Callers name a cross-attention by its number in the program.
  int64_t number = 0;
  for (Operation &op : current.getBody().front()) {
    auto merged = dyn_cast<MergedAttentionOp>(op);
    bool looksAcross = isa<CrossAttentionOp>(op) || (merged && !merged.seesOwnMemory());
    if (&op == weights.getDefiningOp() && looksAcross)
      return plan::ReturnedAttentionAttr::get(builder.getContext(), number, bool(average));
    number += looksAcross;
  }
  return current.emitError("expects returned attention weights to be those of a cross-attention, "
                           "or their average over the heads");
}

LogicalResult GraphLowering::lowerReturn(func::ReturnOp op) {
  SmallVector<Attribute> attention;
  bool hasStates = false;
  for (Value result : op.getOperands()) {
    if (isa<EncoderCacheType, CandidatesType>(result.getType()))
      continue;
    if (isa<AttentionWeightsType>(result.getType())) {
      FailureOr<plan::ReturnedAttentionAttr> returned = returnedAttention(result);
      if (failed(returned))
        return failure();
      attention.push_back(*returned);
      continue;
    }
    auto rows = dyn_cast<RowsType>(result.getType());
    bool isLast = rows && (rows.getSpace().isWhole() || rows.getSpace().isRequested());
    if (!isLast || hasStates)
      return op.emitError("expects one result of rows of the last space beside caches, candidates "
                          "and attention weights, but got ")
             << result.getType();
    hasStates = true;
    StringRef name = rows.getSpace().isRequested() ? "numbers" : "states";
    plan::EmitStatesOp::create(builder, op.getLoc(), builder.getStringAttr(name), buffer(result));
  }
  if (!attention.empty())
    cast<plan::ProgramOp>(builder.getBlock()->getParentOp())
        .setAttentionAttr(builder.getArrayAttr(attention));
  return success();
}

} // namespace transept::codegen

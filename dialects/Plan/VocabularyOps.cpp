// SPDX-License-Identifier: Apache-2.0
//
// What must hold of the search over the vocabulary, and what it is to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

using namespace mlir;

namespace transept::plan {

LogicalResult SearchOp::verify() {
  // search_c1
  if (int64_t(getVocabularySize()) <= 0)
    return mismatch(*this, "a positive vocabulary_size", int64_t(getVocabularySize()));
  // search_c2
  if (!getNorm() && (getNormGain() || getNormBias()))
    return emitOpError("expects a norm where there is a gain or a shift");
  // search_c3
  if (!getInput().getType().getSpace().isRequested())
    return mismatch(*this, "an input of requested rows", getInput().getType());
  // search_c4
  if (getSoftCap() && !(getSoftCap()->convertToDouble() > 0))
    return mismatch(*this, "a positive soft_cap", getSoftCap()->convertToDouble());
  return success();
}

Footprint SearchOp::getFootprint() {
  return {.reads = {getInput()}, .writesSearchMemory = true};
}

SmallVector<WeightUse, 4> SearchOp::getWeights() {
  return {{getWeightAttr(), {LayoutKind::Panels}},
          {getBiasAttr(), {LayoutKind::Vector}},
          {getNormGainAttr(), {LayoutKind::Vector}},
          {getNormBiasAttr(), {LayoutKind::Vector}}};
}

Value SearchOp::getCountedRows() {
  return getInput();
}

Cost SearchOp::getCost() {
  return {.bytesPerRow = rowBytes(getInput()),
          .operationsPerRow = 2 * getInput().getType().getWidth() * int64_t(getVocabularySize()),
          .factors = weightOf(*this, getWeightAttr()).getLayout().getNumberType()};
}

LogicalResult MergeSearchOp::verify() {
  // merge_search_c1
  if (int64_t(getVocabularySize()) <= 0)
    return mismatch(*this, "a positive vocabulary_size", int64_t(getVocabularySize()));
  return success();
}

Footprint MergeSearchOp::getFootprint() {
  return {.readsSearchMemory = true};
}

SmallVector<WeightUse, 4> MergeSearchOp::getWeights() {
  return {};
}

Value MergeSearchOp::getCountedRows() {
  return {};
}

/// Its few numbers depend on how many candidates are asked for.
Cost MergeSearchOp::getCost() {
  return {};
}

} // namespace transept::plan

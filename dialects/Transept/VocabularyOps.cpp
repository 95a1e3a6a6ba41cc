// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of the vocabulary projection.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

LogicalResult LogitsOp::verify() {
  RankedTensorType weight = getWeight().getType();
  RowsType input = getInput().getType(), result = getResult().getType();
  // logits_c1
  if (inputsOf(weight) != input.getWidth())
    return mismatch(*this, "the weight's inputs to equal the input's width", weight, input);
  // logits_c2
  if (outputsOf(weight) != result.getWidth())
    return mismatch(*this, "the weight's outputs to equal the result's width", weight, result);
  // logits_c3
  if (getBias() && outputsOf(getBias().getType()) != outputsOf(weight))
    return mismatch(*this, "a bias element for each token", getBias().getType(), weight);
  // logits_c4
  if (input.getSpace() != result.getSpace())
    return mismatch(*this, "input and result to be rows of the same space", input, result);
  // logits_c5
  if (getSoftCap() && !(getSoftCap()->convertToDouble() > 0))
    return mismatch(*this, "a positive soft_cap", getSoftCap()->convertToDouble());
  return success();
}

LogicalResult SearchVocabularyOp::verify() {
  RankedTensorType weight = getWeight().getType();
  RowsType input = getInput().getType();
  CandidatesType result = getResult().getType();
  // search_vocabulary_c1
  if (inputsOf(weight) != input.getWidth())
    return mismatch(*this, "the weight's inputs to equal the input's width", weight, input);
  // search_vocabulary_c2
  if (outputsOf(weight) != result.getVocabularySize())
    return mismatch(*this, "the weight's outputs to equal the candidates' vocabulary size", weight,
                    result);
  // search_vocabulary_c3
  if (getBias() && outputsOf(getBias().getType()) != outputsOf(weight))
    return mismatch(*this, "a bias element for each token", getBias().getType(), weight);
  // search_vocabulary_c4
  for (auto [name, operand] :
       {std::pair("norm_gain", getNormGain()), std::pair("norm_bias", getNormBias())}) {
    if (operand && !getNorm())
      return emitOpError("expects a norm where there is ") << name << ", but got none";
    if (operand && outputsOf(operand.getType()) != input.getWidth())
      return mismatch(*this, Twine(name) + " to have the input's width", operand.getType(), input);
  }
  // search_vocabulary_c5
  if (input.getSpace() != result.getSpace())
    return mismatch(*this, "input and candidates to be of the same space", input, result);
  // search_vocabulary_c6
  if (getSoftCap() && !(getSoftCap()->convertToDouble() > 0))
    return mismatch(*this, "a positive soft_cap", getSoftCap()->convertToDouble());
  return success();
}

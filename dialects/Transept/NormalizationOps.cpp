// SPDX-License-Identifier: Apache-2.0
//
// Verifiers of normalizations.

#include "dialects/Transept/Checks.h"

using namespace mlir;
using namespace transept;

LogicalResult LayerNormOp::verify() {
  RowsType input = getInput().getType();
  // layer_norm_c1
  if (getGain() && outputsOf(getGain().getType()) != input.getWidth())
    return mismatch(*this, "gain to have the input's width", getGain().getType(), input);
  if (getBias() && outputsOf(getBias().getType()) != input.getWidth())
    return mismatch(*this, "bias to have the input's width", getBias().getType(), input);
  // layer_norm_c2
  if (getResult().getType() != input)
    return mismatch(*this, "input and result to have the same type", input, getResult().getType());
  return success();
}

LogicalResult SequenceNormOp::verify() {
  RowsType input = getInput().getType();
  // sequence_norm_c1
  if (getGain() && outputsOf(getGain().getType()) != input.getWidth())
    return mismatch(*this, "gain to have the input's width", getGain().getType(), input);
  if (getBias() && outputsOf(getBias().getType()) != input.getWidth())
    return mismatch(*this, "bias to have the input's width", getBias().getType(), input);
  // sequence_norm_c2
  if (getResult().getType() != input)
    return mismatch(*this, "input and result to have the same type", input, getResult().getType());
  return success();
}

LogicalResult RmsNormOp::verify() {
  RowsType input = getInput().getType();
  // rms_norm_c3
  int64_t heads = getHeadCount().value_or(1);
  if (heads <= 0 || input.getWidth() % heads != 0)
    return mismatch(*this, "a positive head_count that divides the input's width", heads, input);
  // rms_norm_c1
  if (getGain() && outputsOf(getGain().getType()) != input.getWidth() / heads)
    return mismatch(
        *this, getHeadCount() ? "gain to have a head's width" : "gain to have the input's width",
        getGain().getType(), input);
  // rms_norm_c2
  if (getResult().getType() != input)
    return mismatch(*this, "input and result to have the same type", input, getResult().getType());
  return success();
}

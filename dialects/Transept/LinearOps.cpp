// SPDX-License-Identifier: Apache-2.0
//
// Verifiers, folds and canonicalizations of row-wise arithmetic.

#include "dialects/Transept/Checks.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace transept;

static LogicalResult verifyProduct(LinearOp op) {
  RankedTensorType weight = op.getWeight().getType();
  RowsType input = op.getInput().getType(), result = op.getResult().getType();
  // linear_c1
  if (inputsOf(weight) != input.getWidth())
    return mismatch(op, "the weight's inputs to equal the input's width", weight, input);
  // linear_c2
  if (outputsOf(weight) != result.getWidth() * (op.getGated() ? 2 : 1))
    return mismatch(op,
                    op.getGated() ? "half of the weight's outputs to equal the result's width"
                                  : "the weight's outputs to equal the result's width",
                    weight, result);
  // linear_c3
  if (op.getBias() && outputsOf(op.getBias().getType()) != outputsOf(weight))
    return mismatch(op, "a bias element for each output of the weight", op.getBias().getType(),
                    weight);
  // linear_c4
  if (input.getSpace() != result.getSpace())
    return mismatch(op, "input and result to be rows of the same space", input, result);
  return success();
}

LogicalResult LinearOp::verify() {
  if (failed(verifyProduct(*this)))
    return failure();
  RowsType input = getInput().getType();
  // linear_c5
  if (getResidual() && getResidual().getType() != getResult().getType())
    return mismatch(*this, "residual and result to have the same type", getResidual().getType(),
                    getResult().getType());
  // linear_c6
  for (auto [name, operand] :
       {std::pair("norm_gain", getNormGain()), std::pair("norm_bias", getNormBias())}) {
    if (operand && !getNorm())
      return emitOpError("expects a norm where there is ") << name << ", but got none";
    if (operand && outputsOf(operand.getType()) != input.getWidth())
      return mismatch(*this, Twine(name) + " to have the input's width", operand.getType(), input);
  }
  // linear_c7
  if (getNormalized() && !getNorm())
    return emitOpError("expects a norm where normalized is returned, but got none");
  if (getNormalized() && getNormalized().getType() != input)
    return mismatch(*this, "normalized and input to have the same type", getNormalized().getType(),
                    input);
  // linear_c8
  if (getGated() && !getActivation())
    return emitOpError("expects an activation where gated, but got none");
  return success();
}

LogicalResult HeadLinearOp::verify() {
  int64_t heads = getHeadCount();
  // head_linear_c3
  if (heads <= 0)
    return mismatch(*this, "a positive head_count", heads);
  auto isCount = [&](size_t count) { return count == 1 || int64_t(count) == heads; };
  // head_linear_c1
  if (!isCount(getWeights().size()))
    return mismatch(*this, "one weight or a weight for each head", getWeights().size(), heads);
  auto weight = cast<RankedTensorType>(getWeights().front().getType());
  for (Type other : getWeights().getTypes())
    if (other != weight)
      return mismatch(*this, "weights of one shape", weight, other);
  // head_linear_c2
  if (!getBiases().empty() && !isCount(getBiases().size()))
    return mismatch(*this, "no bias, one or a bias for each head", getBiases().size(), heads);
  for (Type bias : getBiases().getTypes())
    if (outputsOf(cast<RankedTensorType>(bias)) != outputsOf(weight))
      return mismatch(*this, "a bias element for each output of a weight", bias, weight);
  // head_linear_c3
  RowsType input = getInput().getType(), result = getType();
  if (input.getWidth() != heads * inputsOf(weight))
    return mismatch(*this, "an input of " + Twine(heads) + " heads as wide as the weights' inputs",
                    input, weight);
  // head_linear_c4
  if (result.getSpace() != input.getSpace() || result.getWidth() != heads * outputsOf(weight))
    return mismatch(*this,
                    "a result of the input's space, of " + Twine(heads) +
                        " heads as wide as the weights' outputs",
                    result, weight);
  return success();
}

OpFoldResult ScaleOp::fold(FoldAdaptor) {
  if (getFactor().isExactlyValue(1.0))
    return getInput();
  return {};
}

namespace {

/// scale(scale(x, a), b) -> scale(x, a * b), the product in f64
struct MergeNestedScales : OpRewritePattern<ScaleOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(ScaleOp outer, PatternRewriter &rewriter) const override {
    auto inner = outer.getInput().getDefiningOp<ScaleOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(outer, "expects a scale as input");
    rewriter.replaceOpWithNewOp<ScaleOp>(outer, inner.getInput(),
                                         inner.getFactor() * outer.getFactor());
    return success();
  }
};

/// slice(slice(x, a), b) -> slice(x, a + b)
struct MergeNestedSlices : OpRewritePattern<SliceColumnsOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(SliceColumnsOp outer, PatternRewriter &rewriter) const override {
    auto inner = outer.getInput().getDefiningOp<SliceColumnsOp>();
    if (!inner)
      return rewriter.notifyMatchFailure(outer, "expects a slice as input");
    rewriter.replaceOpWithNewOp<SliceColumnsOp>(outer, outer.getType(), inner.getInput(),
                                                inner.getBegin() + outer.getBegin());
    return success();
  }
};

} // namespace

void ScaleOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<MergeNestedScales>(context);
}

LogicalResult SliceColumnsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  int64_t begin = getBegin();
  // slice_columns_c1
  if (begin < 0 || begin > input.getWidth() - result.getWidth())
    return emitOpError("expects columns that lie within the input's width, but got ")
           << result << " from column " << begin << " of " << input;
  // slice_columns_c2
  if (input.getSpace() != result.getSpace() || input.getElementType() != result.getElementType())
    return mismatch(*this, "input and result to be rows of the same space and element type", input,
                    result);
  return success();
}

OpFoldResult SliceColumnsOp::fold(FoldAdaptor) {
  if (getInput().getType() == getType())
    return getInput();
  return {};
}

void SliceColumnsOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                 MLIRContext *context) {
  patterns.add<MergeNestedSlices>(context);
}

LogicalResult RequestedRowsOp::verify() {
  RowsType input = getInput().getType(), result = getResult().getType();
  // requested_rows_c1
  auto expected = RowsType::get(getContext(), input.getSpace().requested(), input.getWidth(),
                                input.getElementType());
  if (result != expected)
    return mismatch(*this,
                    "the result to be requested rows of the input's space, of the same "
                    "width and type",
                    input, result);
  return success();
}

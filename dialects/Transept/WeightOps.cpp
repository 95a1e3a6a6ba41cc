// SPDX-License-Identifier: Apache-2.0
//
// Verifiers, folds and canonicalizations of weights.

#include "dialects/Transept/Checks.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace transept;

LogicalResult ParameterOp::verify() {
  // parameter_c1
  if (int64_t(getRowBegin()) < 0)
    return mismatch(*this, "a row_begin that is not negative", int64_t(getRowBegin()));
  // parameter_c2
  if (getTransposed() && cast<RankedTensorType>(getType()).getRank() != 2)
    return mismatch(*this, "a matrix where transposed", getType());
  return success();
}

LogicalResult SinusoidOp::verify() {
  // sinusoid_c1
  if (inputsOf(getType()) % 2 != 0)
    return mismatch(*this, "an even width", getType());
  if (getKind() == SinusoidKind::HalvesInclusive && inputsOf(getType()) < 4)
    return mismatch(*this, "a width of 4 or more", getType());
  return success();
}

OpFoldResult WeightScaleOp::fold(FoldAdaptor) {
  if (getFactor().isExactlyValue(1.0))
    return getInput();
  return {};
}

OpFoldResult WeightShiftOp::fold(FoldAdaptor) {
  if (getTerm().isZero())
    return getInput();
  return {};
}

LogicalResult WeightScaleColumnsOp::verify() {
  // weight_scale_columns_c1
  if (outputsOf(getFactors().getType()) != inputsOf(getInput().getType()))
    return mismatch(*this, "a factor for each column of the input", getFactors().getType(),
                    getInput().getType());
  // weight_scale_columns_c2
  if (getResult().getType() != getInput().getType())
    return mismatch(*this, "input and result to have the same type", getInput().getType(),
                    getResult().getType());
  return success();
}

LogicalResult WeightScaleRowsOp::verify() {
  auto input = cast<RankedTensorType>(getInput().getType());
  // weight_scale_rows_c1
  if (outputsOf(getFactors().getType()) != input.getDimSize(0))
    return mismatch(*this, "a factor for each row of the input", getFactors().getType(), input);
  // weight_scale_rows_c2
  if (getResult().getType() != input)
    return mismatch(*this, "input and result to have the same type", input, getResult().getType());
  return success();
}

LogicalResult WeightProductOp::verify() {
  RankedTensorType matrix = getMatrix().getType();
  auto factors = cast<RankedTensorType>(getFactors().getType());
  auto result = cast<RankedTensorType>(getType());
  // weight_product_c1
  if (factors.getShape().back() != inputsOf(matrix))
    return mismatch(*this, "a factor for each column of the matrix", factors, matrix);
  // weight_product_c2
  SmallVector<int64_t> shape = {outputsOf(matrix)};
  if (factors.getRank() == 2)
    shape.push_back(outputsOf(factors));
  if (result.getShape() != ArrayRef(shape))
    return mismatch(*this, "a result element for each row of the matrix and row of factors", result,
                    matrix);
  return success();
}

LogicalResult WeightAddRowOp::verify() {
  RankedTensorType matrix = getMatrix().getType(), row = getRow().getType();
  // weight_add_row_c1
  if (outputsOf(row) != 1 || inputsOf(row) != inputsOf(matrix))
    return mismatch(*this, "one row as wide as the matrix", row, matrix);
  // weight_add_row_c2
  if (getResult().getType() != matrix)
    return mismatch(*this, "matrix and result to have the same type", matrix,
                    getResult().getType());
  return success();
}

LogicalResult WeightGridOp::verify() {
  RankedTensorType columns = getColumns().getType(), lines = getLines().getType();
  RankedTensorType result = getResult().getType();
  int64_t width = getWidth();
  // weight_grid_c2
  if (width < 1 || outputsOf(result) % width != 0 ||
      inputsOf(result) != inputsOf(columns) + inputsOf(lines))
    return mismatch(*this, "whole lines of " + Twine(width) + " rows, as wide as both together",
                    result);
  // weight_grid_c1
  if (outputsOf(columns) < width || outputsOf(lines) < outputsOf(result) / width)
    return mismatch(*this, "a row for each column and line of the grid", columns, lines);
  return success();
}

LogicalResult WeightConcatenateOp::verify() {
  // weight_concatenate_c1
  if (getInputs().empty())
    return emitOpError("expects at least one input, but got none");
  auto result = cast<RankedTensorType>(getType());
  int64_t rowCount = 0;
  for (Type type : getInputs().getTypes()) {
    auto input = cast<RankedTensorType>(type);
    // weight_concatenate_c2
    if (input.getRank() != result.getRank() ||
        input.getShape().drop_front() != result.getShape().drop_front())
      return mismatch(*this, "inputs and result to differ in their first dimension only", input,
                      result);
    rowCount += input.getDimSize(0);
  }
  // weight_concatenate_c3
  if (rowCount != result.getDimSize(0))
    return mismatch(*this, "the result to have the inputs' " + Twine(rowCount) + " rows", result);
  return success();
}

LogicalResult WeightFlattenOp::verify() {
  // weight_flatten_c1
  if (getType().getNumElements() != getMatrix().getType().getNumElements())
    return mismatch(*this, "a result of as many elements as the matrix has", getType(),
                    getMatrix().getType());
  return success();
}

LogicalResult DistanceBucketsOp::verify() {
  // distance_buckets_c1
  if (getType().getNumElements() % 2 == 0)
    return mismatch(*this, "an odd number of elements", getType());
  // distance_buckets_c2
  int64_t count = getBucketCount(), distance = getMaximumDistance();
  if (count <= 0 || distance <= 0)
    return mismatch(*this, "a positive number of buckets and a positive maximum_distance", count,
                    distance);
  return success();
}

OpFoldResult WeightConcatenateOp::fold(FoldAdaptor) {
  if (getInputs().size() == 1)
    return getInputs().front();
  return {};
}

namespace {

/// concatenate(a, concatenate(b, c), d) -> concatenate(a, b, c, d)
struct FlattenConcatenation : OpRewritePattern<WeightConcatenateOp> {
  using Base::Base;

  LogicalResult matchAndRewrite(WeightConcatenateOp outer,
                                PatternRewriter &rewriter) const override {
    SmallVector<Value> parts;
    for (Value input : outer.getInputs()) {
      if (auto inner = input.getDefiningOp<WeightConcatenateOp>())
        llvm::append_range(parts, inner.getInputs());
      else
        parts.push_back(input);
    }
    if (parts.size() == outer.getInputs().size())
      return rewriter.notifyMatchFailure(outer, "expects a concatenation among the inputs");
    rewriter.replaceOpWithNewOp<WeightConcatenateOp>(outer, outer.getType(), parts);
    return success();
  }
};

} // namespace

void WeightConcatenateOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                                      MLIRContext *context) {
  patterns.add<FlattenConcatenation>(context);
}

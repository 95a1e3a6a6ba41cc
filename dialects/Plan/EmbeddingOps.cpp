// SPDX-License-Identifier: Apache-2.0
//
// What must hold of launches that make rows, and what they are to the rest of the plan.

#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Checks.h"

#include <algorithm>

using namespace mlir;

namespace transept::plan {

/// Bytes of one row of a table; 0 without one.
static int64_t tableRowBytes(Operation *launch, FlatSymbolRefAttr table) {
  WeightOp weight = weightOf(launch, table);
  return weight ? int64_t(weight.getSize()) / std::max<int64_t>(1, weight.rowCount()) : 0;
}

LogicalResult EmbedOp::verify() {
  // embed_c1
  if (int64_t(getPositionOffset()) < 0)
    return mismatch(*this, "a position_offset that is not negative", int64_t(getPositionOffset()));
  return success();
}

Footprint EmbedOp::getFootprint() {
  return {.writes = {getOutput()}};
}

SmallVector<WeightUse, 4> EmbedOp::getWeights() {
  return {{getTableAttr(), {LayoutKind::Rows, LayoutKind::Panels}, /*isWhole=*/false},
          {getPositionsAttr(), {LayoutKind::Rows}, /*isWhole=*/false}};
}

Value EmbedOp::getCountedRows() {
  return getOutput();
}

Cost EmbedOp::getCost() {
  return {.bytesPerRow = tableRowBytes(*this, getTableAttr()) +
                         tableRowBytes(*this, getPositionsAttr()) + rowBytes(getOutput())};
}

LogicalResult EmbedPositionsOp::verify() {
  // embed_positions_c1
  if (int64_t(getOffset()) < 0)
    return mismatch(*this, "an offset that is not negative", int64_t(getOffset()));
  return success();
}

Footprint EmbedPositionsOp::getFootprint() {
  return {.writes = {getOutput()}};
}

SmallVector<WeightUse, 4> EmbedPositionsOp::getWeights() {
  return {{getTableAttr(), {LayoutKind::Rows}, /*isWhole=*/false}};
}

Value EmbedPositionsOp::getCountedRows() {
  return getOutput();
}

Cost EmbedPositionsOp::getCost() {
  return {.bytesPerRow = tableRowBytes(*this, getTableAttr()) + rowBytes(getOutput())};
}

Footprint TakeFeaturesOp::getFootprint() {
  return {.writes = {getOutput()}};
}

SmallVector<WeightUse, 4> TakeFeaturesOp::getWeights() {
  return {};
}

Value TakeFeaturesOp::getCountedRows() {
  return getOutput();
}

Cost TakeFeaturesOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getOutput())};
}

MadeSpace TakeFeaturesOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace()};
}

LogicalResult WindowsOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // windows_c1
  if (output.getWidth() != int64_t(getKernel()) * input.getWidth())
    return mismatch(*this, "the output's width to be the kernel times the input's", input, output);
  // windows_c2
  if (!isPaddingOf(getKernel(), getPadding(), paddingBehind()))
    return mismatch(*this, "a padding from 0 to kernel - 1 before and behind",
                    int64_t(getPadding()), paddingBehind());
  return success();
}

Footprint WindowsOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> WindowsOp::getWeights() {
  return {};
}

Value WindowsOp::getCountedRows() {
  return getOutput();
}

/// Windows that overlap read a row once.
Cost WindowsOp::getCost() {
  int64_t fresh = std::min(int64_t(getStride()), int64_t(getKernel()));
  return {.bytesPerRow = fresh * rowBytes(getInput()) + rowBytes(getOutput())};
}

MadeSpace WindowsOp::getMadeSpace() {
  int64_t kernel = getKernel(), stride = getStride(), padding = getPadding();
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.kernel = kernel, .stride = stride, .padding = padding + paddingBehind()}};
}

LogicalResult PrependOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // prepend_c1
  if (int64_t(getLeadingCount()) <= 0)
    return mismatch(*this, "a positive leading_count", int64_t(getLeadingCount()));
  // prepend_c2
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  return success();
}

Footprint PrependOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> PrependOp::getWeights() {
  return {{getLeadingAttr(), {LayoutKind::Rows}, /*isWhole=*/false}};
}

Value PrependOp::getCountedRows() {
  return getOutput();
}

Cost PrependOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getOutput())};
}

MadeSpace PrependOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = {.leading = int64_t(getLeadingCount())}};
}

LogicalResult AppendOp::verify() {
  BufferType input = getInput().getType(), output = getOutput().getType();
  // append_c1
  if (int64_t(getTrailingCount()) <= 0)
    return mismatch(*this, "a positive trailing_count", int64_t(getTrailingCount()));
  // append_c2
  if (input.getWidth() != output.getWidth())
    return mismatch(*this, "input and output to have the same width", input, output);
  return success();
}

Footprint AppendOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> AppendOp::getWeights() {
  return {{getTrailingAttr(), {LayoutKind::Rows}, /*isWhole=*/false}};
}

Value AppendOp::getCountedRows() {
  return getOutput();
}

Cost AppendOp::getCost() {
  return {.bytesPerRow = 2 * rowBytes(getOutput())};
}

MadeSpace AppendOp::getMadeSpace() {
  return {.space = getOutput().getType().getSpace(),
          .from = getInput().getType().getSpace(),
          .step = RowStep::appending(int64_t(getTrailingCount()))};
}

LogicalResult EmbedColumnOp::verify() {
  // embed_column_c1
  if (int64_t(getColumn()) < 0 || int64_t(getColumn()) >= getInput().getType().getWidth())
    return mismatch(*this, "a column of the input", int64_t(getColumn()), getInput().getType());
  // embed_column_c2
  if (int64_t(getRowCount()) <= 0)
    return mismatch(*this, "a positive row_count", int64_t(getRowCount()));
  return success();
}

Footprint EmbedColumnOp::getFootprint() {
  return {.reads = {getInput()}, .writes = {getOutput()}};
}

SmallVector<WeightUse, 4> EmbedColumnOp::getWeights() {
  return {{getTableAttr(), {LayoutKind::Rows}, /*isWhole=*/false}};
}

Value EmbedColumnOp::getCountedRows() {
  return getOutput();
}

/// Of the input's row it reads one number.
Cost EmbedColumnOp::getCost() {
  return {.bytesPerRow = int64_t(sizeof(float)) + tableRowBytes(*this, getTableAttr()) +
                         rowBytes(getOutput())};
}

} // namespace transept::plan

// SPDX-License-Identifier: Apache-2.0
//
// Row-wise ops: embeddings, features and what changes their number, linear layers, norms,
// elementwise arithmetic, slices.

#include "compiler/plan/lowering/GraphLowering.h"
#include "compiler/plan/strategy/LinearStrategy.h"
#include "dialects/Transept/Lineage.h"

#include "mlir/IR/Remarks.h"
#include "llvm/Support/FormatVariadic.h"

namespace transept::codegen {

using namespace mlir;

LogicalResult GraphLowering::lowerEmbedding(EmbeddingOp op) {
  if (failed(expectWholeSpace(op, op.getIds())))
    return failure();
  plan::EmbedOp::create(builder, op.getLoc(), label(op), newBuffer(op.getResult()),
                        embeddingTable(op.getTable()),
                        optionalWeight(op.getPositions(), plan::LayoutKind::Rows),
                        op.getScaleAttr(), op.getPositionOffsetAttr(), op.getFirstZeroAttr());
  return success();
}

LogicalResult GraphLowering::lowerPositionEmbedding(PositionEmbeddingOp op) {
  // Rows of a grid are one sequence: their numbers are their positions.
  const Space &space = cast<RowsType>(op.getRows().getType()).getSpace();
  int64_t rows = space.isWhole() ? 0 : MadeSpaces(current.getBody().front()).fixedRows(space);
  if (rows == 0 && failed(expectWholeSpace(op, op.getRows())))
    return failure();
  int64_t tableRows = op.getTable().getType().getDimSize(0), offset = op.getOffset();
  if (rows + offset > tableRows)
    return op.emitError("expects a table of ")
           << rows + offset << " rows or more, but got " << op.getTable().getType();
  plan::EmbedPositionsOp::create(builder, op.getLoc(), label(op), newBuffer(op.getResult()),
                                 weight(op.getTable(), plan::LayoutKind::Rows), op.getOffsetAttr());
  return success();
}

LogicalResult GraphLowering::lowerFeatures(BlockArgument features) {
  // Samples of sound are rows of one number: only windows may read them without a row's padding.
  bool isDense = llvm::all_of(features.getUsers(), llvm::IsaPred<WindowsOp, GridWindowsOp>);
  Value taken = isDense ? newBuffer(features, cast<RowsType>(features.getType()).getWidth())
                        : newBuffer(features);
  plan::TakeFeaturesOp::create(builder, features.getLoc(), builder.getStringAttr("features"),
                               taken);
  return success();
}

LogicalResult GraphLowering::lowerWindows(WindowsOp op) {
  plan::WindowsOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                          newBuffer(op.getResult()), op.getKernelAttr(), op.getStrideAttr(),
                          op.getPaddingAttr(), op.getPaddingBehindAttr());
  return success();
}

LogicalResult GraphLowering::lowerPrependRows(PrependRowsOp op) {
  plan::PrependOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                          newBuffer(op.getResult()),
                          weight(op.getLeading(), plan::LayoutKind::Rows),
                          builder.getI64IntegerAttr(op.getLeading().getType().getDimSize(0)));
  return success();
}

LogicalResult GraphLowering::lowerAppendRows(AppendRowsOp op) {
  plan::AppendOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                         newBuffer(op.getResult()),
                         weight(op.getTrailing(), plan::LayoutKind::Rows),
                         builder.getI64IntegerAttr(op.getTrailing().getType().getDimSize(0)));
  return success();
}

LogicalResult GraphLowering::lowerColumnEmbedding(ColumnEmbeddingOp op) {
  plan::EmbedColumnOp::create(
      builder, op.getLoc(), label(op), buffer(op.getInput()), newBuffer(op.getResult()),
      weight(op.getTable(), plan::LayoutKind::Rows),
      builder.getI64IntegerAttr(op.getTable().getType().getDimSize(0)), op.getColumnAttr());
  return success();
}

plan::LinearStrategyAttr GraphLowering::linearStrategy(Operation *op, int64_t depth) {
  LinearStrategy chosen = chooseLinearStrategy({target, numbers, depth});
  remark::analysis(op->getLoc(), remark::RemarkOpts::name("lower-to-plan").category("plan"))
      << llvm::formatv("blocks of {0} rows; few rows read {1} panels of weights side by side",
                       chosen.rowBlock, chosen.streamPanels)
             .str();
  return plan::LinearStrategyAttr::get(builder.getContext(), chosen.rowBlock, chosen.streamPanels,
                                       chosen.rowsToSplit);
}

LogicalResult GraphLowering::lowerLinear(LinearOp op) {
  auto weightLayout = op.getGated() ? plan::LayoutKind::GatedPanels : plan::LayoutKind::Panels;
  auto biasLayout = op.getGated() ? plan::LayoutKind::GatedVector : plan::LayoutKind::Vector;
  plan::LinearStrategyAttr strategy = linearStrategy(op, op.getWeight().getType().getDimSize(1));
  Value output = newBuffer(op.getResult());
  Value normalized = op.getNormalized() ? newBuffer(op.getNormalized()) : Value();
  plan::LinearOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()), output,
                         op.getResidual() ? buffer(op.getResidual()) : Value(), normalized,
                         weight(op.getWeight(), weightLayout),
                         optionalWeight(op.getBias(), biasLayout), op.getNormAttr(),
                         optionalWeight(op.getNormGain(), plan::LayoutKind::Vector),
                         optionalWeight(op.getNormBias(), plan::LayoutKind::Vector),
                         op.getActivationAttr(), op.getGatedAttr(), /*head_count=*/IntegerAttr(),
                         /*shares_weight=*/UnitAttr(), strategy);
  return success();
}

/// What heads have one behind another, each filled up with zeros to whole panels.
static Value concatenatePanels(OpBuilder &builder, Location location, ArrayRef<Value> parts,
                               int64_t panelWidth) {
  auto type = cast<RankedTensorType>(parts.front().getType());
  SmallVector<int64_t> shape(type.getShape());
  int64_t whole = llvm::alignTo(shape.front(), panelWidth), missing = whole - shape.front();
  SmallVector<Value> rows;
  Value zeros;
  if (missing != 0) {
    shape.front() = missing;
    zeros = WeightZeroOp::create(builder, location, type.clone(shape));
  }
  for (Value part : parts) {
    rows.push_back(part);
    if (zeros)
      rows.push_back(zeros);
  }
  shape.front() = whole * int64_t(parts.size());
  return WeightConcatenateOp::create(builder, location, type.clone(shape), rows);
}

LogicalResult GraphLowering::lowerHeadLinear(HeadLinearOp op) {
  int64_t heads = op.getHeadCount(), panelWidth = target.panelWidth();
  bool isShared = op.getWeights().size() == 1;
  auto type = cast<RankedTensorType>(op.getWeights().front().getType());
  OpBuilder graph(op);
  Value weights = op.getWeights().front(), biases;
  if (!isShared)
    weights = concatenatePanels(graph, withSuffix(op.getLoc(), ".weight"),
                                SmallVector<Value>(op.getWeights()), panelWidth);
  if (!op.getBiases().empty()) {
    SmallVector<Value> ofHeads;
    for (int64_t head = 0; head < heads; ++head)
      ofHeads.push_back(op.biasOf(head));
    biases = concatenatePanels(graph, withSuffix(op.getLoc(), ".bias"), ofHeads, panelWidth);
  }
  plan::LinearOp::create(
      builder, op.getLoc(), label(op), buffer(op.getInput()), newBuffer(op.getResult()),
      /*residual=*/Value(), /*normalized=*/Value(), weight(weights, plan::LayoutKind::Panels),
      optionalWeight(biases, plan::LayoutKind::Vector), /*norm=*/NormAttr(),
      /*norm_gain=*/FlatSymbolRefAttr(), /*norm_bias=*/FlatSymbolRefAttr(),
      /*activation=*/ActivationKindAttr(), /*gated=*/UnitAttr(), builder.getI64IntegerAttr(heads),
      isShared ? builder.getUnitAttr() : UnitAttr(), linearStrategy(op, type.getDimSize(1)));
  return success();
}

LogicalResult GraphLowering::lowerNorm(Operation *op, NormKind kind, Value gain, Value shift,
                                       FloatAttr epsilon, IntegerAttr headCount) {
  plan::NormalizeOp::create(builder, op->getLoc(), label(op), buffer(op->getOperand(0)),
                            newBuffer(op->getResult(0)),
                            NormAttr::get(builder.getContext(), kind, epsilon),
                            optionalWeight(gain, plan::LayoutKind::Vector),
                            optionalWeight(shift, plan::LayoutKind::Vector), headCount);
  return success();
}

LogicalResult GraphLowering::lowerSequenceNorm(SequenceNormOp op) {
  Location location = op.getLoc();
  RowsType rows = op.getInput().getType();
  auto measures = plan::BufferType::get(builder.getContext(), rows.getSpace(), /*width=*/2, 2);
  Value measured = plan::BufferOp::create(builder, withSuffix(location, ".measures"), measures,
                                          IntegerAttr(), rowMultipleOf(rows.getSpace()));
  plan::MeasureRowsOp::create(builder, location, label(op), buffer(op.getInput()), measured);
  plan::NormalizeSequenceOp::create(builder, location, label(op), buffer(op.getInput()), measured,
                                    newBuffer(op.getResult()), op.getEpsilonAttr(),
                                    optionalWeight(op.getGain(), plan::LayoutKind::Vector),
                                    optionalWeight(op.getBias(), plan::LayoutKind::Vector));
  return success();
}

LogicalResult GraphLowering::lowerRotary(RotaryOp op) {
  if (failed(expectWholeSpace(op, op.getInput())))
    return failure();
  plan::RotateOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                         newBuffer(op.getResult()), op.getHeadCountAttr(), op.getDimsAttr(),
                         op.getThetaAttr(), op.getFactorAttr(), op.getInterleavedAttr());
  return success();
}

LogicalResult GraphLowering::lowerElementwise(Operation *op, plan::ElementwiseKind kind,
                                              FloatAttr factor, ActivationKindAttr activation) {
  Value right = op->getNumOperands() > 1 ? buffer(op->getOperand(1)) : Value();
  plan::ElementwiseOp::create(
      builder, op->getLoc(), label(op), plan::ElementwiseKindAttr::get(builder.getContext(), kind),
      buffer(op->getOperand(0)), right, newBuffer(op->getResult(0)), factor, activation);
  return success();
}

LogicalResult GraphLowering::lowerRequestedRows(RequestedRowsOp op) {
  plan::TakeRequestedOp::create(builder, op.getLoc(), label(op), buffer(op.getInput()),
                                newBuffer(op.getResult()));
  return success();
}

LogicalResult GraphLowering::lowerSlice(SliceColumnsOp op) {
  Value whole = buffer(op.getInput());
  auto type = cast<plan::BufferType>(whole.getType());
  auto view = plan::BufferType::get(builder.getContext(), type.getSpace(),
                                    op.getResult().getType().getWidth(), type.getStride());
  buffers[op.getResult()] =
      plan::ColumnsOp::create(builder, op.getLoc(), view, whole, op.getBeginAttr());
  return success();
}

} // namespace transept::codegen

// SPDX-License-Identifier: Apache-2.0
//
// Outlines weight expressions into plan.weight ops, one per distinct expression and layout.

#include "compiler/plan/PackedPanels.h"
#include "compiler/plan/TilePlaces.h"
#include "compiler/plan/lowering/GraphLowering.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/IR/IRMapping.h"

#include "llvm/Support/MathExtras.h"

namespace transept::codegen {

using namespace mlir;

namespace {

/// The ops that compute `value`, operands first.
SetVector<Operation *> expressionOf(Value value) {
  SetVector<Operation *> ops;
  BackwardSliceOptions options;
  options.inclusive = true;
  options.omitBlockArguments = true;
  (void)getBackwardSlice(value, &ops, options);
  return ops;
}

bool isGated(plan::LayoutKind layout) {
  return layout == plan::LayoutKind::GatedPanels || layout == plan::LayoutKind::GatedVector;
}

bool hasPanels(plan::LayoutKind layout) {
  return layout == plan::LayoutKind::Panels || layout == plan::LayoutKind::GatedPanels;
}

/// How many bytes the packed weight takes.
int64_t packedBytes(Value value, plan::LayoutAttr layout) {
  plan::LayoutKind kind = layout.getKind();
  if (auto bias = value.getDefiningOp<RelativePositionBiasOp>())
    return bias.getResult().getType().getHeadCount() *
           (2 * distanceReach(bias.getMaximumDistance(), bias.getBucketCount()) + 1) *
           int64_t(sizeof(float));
  if (auto bias = value.getDefiningOp<TilePositionBiasOp>())
    return bias.getResult().getType().getHeadCount() *
           TilePlaces(bias.getTiling().getTiling()).size() * int64_t(sizeof(float));
  auto type = cast<RankedTensorType>(value.getType());
  if (kind == plan::LayoutKind::Rows)
    return type.getNumElements() * int64_t(sizeof(float));
  int64_t parts = isGated(kind) ? 2 : 1;
  int64_t panels = parts * llvm::divideCeil(type.getDimSize(0) / parts, layout.getPanelWidth());
  if (!hasPanels(kind))
    return panels * layout.getPanelWidth() * int64_t(sizeof(float));
  return panels * PackedPanels{layout.getNumberType(), type.getDimSize(1), layout.getPanelWidth()}
                      .panelBytes();
}

} // namespace

std::string GraphLowering::expressionText(Value value) {
  // Values are numbered in order of the expression, so equal expressions have equal texts.
  std::string text;
  llvm::raw_string_ostream stream(text);
  DenseMap<Value, unsigned> numbers;
  for (Operation *op : expressionOf(value)) {
    stream << op->getName() << op->getAttrDictionary() << op->getResult(0).getType() << "(";
    for (Value operand : op->getOperands())
      stream << numbers.lookup(operand) << " ";
    stream << ");";
    numbers[op->getResult(0)] = numbers.size() + 1;
  }
  return text;
}

void GraphLowering::collectProjectionWeights() {
  module.walk([&](Operation *op) {
    if (auto search = dyn_cast<SearchVocabularyOp>(op))
      projectionWeights[expressionText(search.getWeight())] = true;
    if (auto linear = dyn_cast<LinearOp>(op); linear && !linear.getGated())
      projectionWeights[expressionText(linear.getWeight())] = true;
  });
}

bool GraphLowering::isSharedWithProjection(Value table) {
  return projectionWeights.contains(expressionText(table));
}

FlatSymbolRefAttr GraphLowering::weight(Value value, plan::LayoutKind layout) {
  bool isFlat = layout == plan::LayoutKind::Rows || layout == plan::LayoutKind::Distances ||
                layout == plan::LayoutKind::TilePlaces;
  int64_t panelWidth = isFlat ? 1 : target.panelWidth();
  plan::NumberType type = hasPanels(layout) ? numbers : plan::NumberType::F32;
  return weight(value, plan::LayoutAttr::get(builder.getContext(), layout, panelWidth, type));
}

FlatSymbolRefAttr GraphLowering::embeddingTable(Value table) {
  if (isSharedWithProjection(table))
    return weight(table, plan::LayoutKind::Panels);
  if (numbers == plan::NumberType::F32)
    return weight(table, plan::LayoutKind::Rows);
  // Panels of one row each. Half bytes are too coarse for what nothing averages.
  plan::NumberType type = numbers == plan::NumberType::Int4 ? plan::NumberType::Int8 : numbers;
  return weight(table, plan::LayoutAttr::get(builder.getContext(), plan::LayoutKind::Panels,
                                             /*panelWidth=*/1, type));
}

FlatSymbolRefAttr GraphLowering::weight(Value value, plan::LayoutAttr layout) {
  std::string key;
  llvm::raw_string_ostream(key) << layout << "|" << expressionText(value);
  FlatSymbolRefAttr &symbol = weights[key];
  if (symbol)
    return symbol;
  std::string name = label(value.getDefiningOp()).str();
  if (unsigned uses = weightNames[name]++)
    name += "_" + std::to_string(uses - 1);
  symbol = FlatSymbolRefAttr::get(builder.getContext(), name);

  OpBuilder::InsertionGuard guard(builder);
  if (lastWeight)
    builder.setInsertionPointAfter(lastWeight);
  else
    builder.setInsertionPointToStart(module.getBody());
  auto op = plan::WeightOp::create(builder, value.getLoc(), name, layout, IntegerAttr(),
                                   packedBytes(value, layout));
  lastWeight = op;
  builder.setInsertionPointToStart(&op.getExpression().emplaceBlock());
  IRMapping mapping;
  for (Operation *part : expressionOf(value))
    builder.clone(*part, mapping);
  plan::YieldOp::create(builder, value.getLoc(), mapping.lookup(value));
  return symbol;
}

} // namespace transept::codegen

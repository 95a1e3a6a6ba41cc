// SPDX-License-Identifier: Apache-2.0
//
// Readers of checkpoint tensors, and small builders of weight ops.

#include "compiler/transforms/Weights.h"

#include "llvm/ADT/STLExtras.h"

namespace transept {

using namespace mlir;

/// Calls `visit` for every op that reads `weight` and is not a weight op itself.
static void forEachReader(Value weight, llvm::function_ref<void(Operation *)> visit) {
  for (Operation *user : weight.getUsers()) {
    bool computesWeight = user->getNumResults() == 1 && isWeight(user->getResult(0));
    if (computesWeight)
      forEachReader(user->getResult(0), visit);
    else
      visit(user);
  }
}

/// Calls `visit` for every parameter that `weight` is computed from.
static void forEachParameter(Value weight, llvm::function_ref<void(ParameterOp)> visit) {
  Operation *definition = weight.getDefiningOp();
  if (!definition)
    return;
  if (auto parameter = dyn_cast<ParameterOp>(definition))
    return visit(parameter);
  for (Value operand : definition->getOperands())
    forEachParameter(operand, visit);
}

static int64_t rowsOf(ParameterOp parameter) {
  return cast<RankedTensorType>(parameter.getType()).getDimSize(0);
}

WeightReaders::WeightReaders(ModuleOp module) {
  module.walk([&](ParameterOp parameter) {
    int64_t begin = parameter.getRowBegin();
    forEachReader(parameter, [&](Operation *reader) {
      reads[parameter.getName()].push_back(
          {begin, begin + rowsOf(parameter), parameter.getTransposed(), reader});
    });
  });
}

Operation *WeightReaders::findOther(Value weight, Operation *reader,
                                    llvm::function_ref<bool(Operation *)> isOther) const {
  Operation *found = nullptr;
  forEachParameter(weight, [&](ParameterOp parameter) {
    int64_t begin = parameter.getRowBegin(), end = begin + rowsOf(parameter);
    auto entry = reads.find(parameter.getName());
    if (entry == reads.end())
      return;
    for (const Read &read : entry->second) {
      // Rows of differently transposed views cross each other.
      bool overlaps =
          read.isTransposed != parameter.getTransposed() || (read.begin < end && begin < read.end);
      if (!found && overlaps && read.reader != reader && isOther(read.reader))
        found = read.reader;
    }
  });
  return found;
}

void moveWeightBefore(Value weight, Operation *anchor) {
  Operation *definition = weight.getDefiningOp();
  if (!definition || definition->getBlock() != anchor->getBlock() ||
      definition->isBeforeInBlock(anchor))
    return;
  for (Value operand : definition->getOperands())
    moveWeightBefore(operand, anchor);
  definition->moveBefore(anchor);
}

void moveWeightsBefore(Operation *op, Operation *anchor) {
  for (Value operand : op->getOperands())
    if (isWeight(operand))
      moveWeightBefore(operand, anchor);
}

Value scaleWeight(OpBuilder &builder, Value weight, double factor) {
  return WeightScaleOp::create(builder, weight.getLoc(), weight.getType(), weight,
                               builder.getF64FloatAttr(factor));
}

Value concatenateWeights(OpBuilder &builder, Location location, ValueRange weights) {
  if (weights.size() == 1)
    return weights.front();
  auto type = cast<RankedTensorType>(weights.front().getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[0] = 0;
  for (Value weight : weights)
    shape[0] += cast<RankedTensorType>(weight.getType()).getDimSize(0);
  return WeightConcatenateOp::create(builder, location,
                                     RankedTensorType::get(shape, type.getElementType()), weights);
}

Value concatenateBiases(OpBuilder &builder, Location location, ValueRange weights,
                        ArrayRef<Value> biases) {
  if (llvm::none_of(biases, [](Value bias) { return bias != nullptr; }))
    return nullptr;
  SmallVector<Value> parts;
  for (auto [weight, bias] : llvm::zip_equal(weights, biases)) {
    if (bias) {
      parts.push_back(bias);
      continue;
    }
    auto matrix = cast<RankedTensorType>(weight.getType());
    parts.push_back(WeightZeroOp::create(
        builder, location, RankedTensorType::get({matrix.getDimSize(0)}, matrix.getElementType())));
  }
  return concatenateWeights(builder, location, parts);
}

} // namespace transept

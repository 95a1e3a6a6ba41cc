// SPDX-License-Identifier: Apache-2.0
//
// Several products of the same rows cost one read of the rows as one product, and give the kernel
// more columns to tile: queries, keys and values; keys and values of all layers in `encode`.

#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Projections.h"
#include "compiler/transforms/Weights.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/MapVector.h"

namespace transept {
#define GEN_PASS_DEF_MERGEPROJECTIONSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "merge-projections";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("fusion");

/// Linears that can be merged, by what they read, in program order.
using Groups = llvm::MapVector<Value, SmallVector<LinearOp>>;

void collectGroups(func::FuncOp function, const WeightReaders &readers, Groups &groups) {
  for (auto linear : function.getOps<LinearOp>()) {
    if (!isPlain(linear))
      continue;
    // A table that an embedding reads too would be stored twice; a linear's weight is not.
    Operation *other = readers.findOther(linear.getWeight(), linear,
                                         [](Operation *reader) { return !isa<LinearOp>(reader); });
    if (other) {
      remark::missed(linear.getLoc(), remarkOptions) << remark::reason(
          "'{0}' reads the weight as well", other->getName().getStringRef().str());
      continue;
    }
    groups[linear.getInput()].push_back(linear);
  }
}

/// linear(x, V, b), linear(x, W), ... -> columns of linear(x, [V; W; ...], [b; 0; ...])
void merge(ArrayRef<LinearOp> linears) {
  LinearOp first = linears.front();
  SmallVector<Value> weights, biases;
  SmallVector<Location> locations;
  int64_t width = 0;
  for (LinearOp linear : linears) {
    moveWeightsBefore(linear, first);
    weights.push_back(linear.getWeight());
    biases.push_back(linear.getBias());
    locations.push_back(linear.getLoc());
    width += cast<RowsType>(linear.getResult().getType()).getWidth();
  }

  OpBuilder builder(first);
  Location location = mergedLocation(passName, locations);
  auto type = cast<RowsType>(first.getResult().getType());
  type = RowsType::get(type.getContext(), type.getSpace(), width, type.getElementType());
  Value weight = concatenateWeights(builder, withSuffix(location, ".weight"), weights);
  Value bias = concatenateBiases(builder, withSuffix(location, ".bias"), weights, biases);
  auto merged = LinearOp::create(builder, location, type, /*normalized=*/Type(), first.getInput(),
                                 weight, bias, /*norm_gain=*/Value(), /*norm_bias=*/Value(),
                                 /*residual=*/Value(), /*norm=*/NormAttr(), ActivationKindAttr(),
                                 /*gated=*/UnitAttr());
  remark::passed(location, remarkOptions)
      << ("merged " + llvm::Twine(linears.size()) + " linears of one input").str();
  int64_t begin = 0;
  for (LinearOp linear : linears) {
    auto sliceType = cast<RowsType>(linear.getResult().getType());
    linear.getResult().replaceAllUsesWith(SliceColumnsOp::create(
        builder, changedBy(passName, linear.getLoc()), sliceType, merged.getResult(), begin));
    begin += sliceType.getWidth();
  }
  for (LinearOp linear : linears)
    linear.erase();
}

struct MergeProjectionsPass : impl::MergeProjectionsPassBase<MergeProjectionsPass> {
  using Base::Base;

  void runOnOperation() override {
    // All groups first: merging erases linears that the readers know.
    WeightReaders readers(getOperation());
    Groups groups;
    for (auto function : getOperation().getOps<func::FuncOp>())
      collectGroups(function, readers, groups);
    for (auto &[input, linears] : groups)
      if (linears.size() > 1)
        merge(linears);
  }
};

} // namespace
} // namespace transept

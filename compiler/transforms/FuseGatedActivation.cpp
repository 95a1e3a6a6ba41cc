// SPDX-License-Identifier: Apache-2.0
//
// Gated feed-forward layers compute two products of the same rows; one kernel that holds both
// halves of the result multiplies them before anything is written.

#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Projections.h"
#include "compiler/transforms/Weights.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FUSEGATEDACTIVATIONPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fuse-gated-activation";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("fusion");

/// The two factors of a gate: `activation` of one projection, and another projection.
struct Factors {
  ActivationOp activation;
  Value value;
};

/// The factors with the activation first; multiplication commutes. Empty without an activation.
Factors matchFactors(GateOp gate) {
  if (auto activation = gate.getGate().getDefiningOp<ActivationOp>())
    return {activation, gate.getValue()};
  return {gate.getValue().getDefiningOp<ActivationOp>(), gate.getGate()};
}

void replaceGate(GateOp gate, ActivationOp activation, Location location, Value input, Value weight,
                 Value bias) {
  OpBuilder builder(gate);
  location = withEpilogue(passName, location, {activation.getLoc(), gate.getLoc()});
  auto kind = ActivationKindAttr::get(gate.getContext(), activation.getKind());
  auto fused =
      LinearOp::create(builder, location, gate.getType(), /*normalized=*/Type(), input, weight,
                       bias, /*norm_gain=*/Value(), /*norm_bias=*/Value(),
                       /*residual=*/Value(), /*norm=*/NormAttr(), kind, builder.getUnitAttr());
  remark::passed(gate.getLoc(), remarkOptions) << "fused into one gated linear";
  gate.getResult().replaceAllUsesWith(fused.getResult());
}

/// gate(activation(x V^T + b), x W^T + c) -> linear(x, [V; W], [b; c]) gated
bool fuseTwoLinears(GateOp gate, Factors factors) {
  auto first = factors.activation.getInput().getDefiningOp<LinearOp>();
  auto second = factors.value.getDefiningOp<LinearOp>();
  if (!first || !second || first == second || !isPlain(first) || !isPlain(second) ||
      first.getInput() != second.getInput() || !first.getResult().hasOneUse() ||
      !second.getResult().hasOneUse())
    return false;
  OpBuilder builder(gate);
  Location location = mergedLocation(passName, {first.getLoc(), second.getLoc()});
  Value weights[] = {first.getWeight(), second.getWeight()};
  Value biases[] = {first.getBias(), second.getBias()};
  replaceGate(gate, factors.activation, location, first.getInput(),
              concatenateWeights(builder, withSuffix(location, ".weight"), weights),
              concatenateBiases(builder, withSuffix(location, ".bias"), weights, biases));
  gate.erase();
  factors.activation->erase();
  first.erase();
  second.erase();
  return true;
}

/// gate(activation(first half of l), second half of l) -> l gated, for a merged linear l
bool fuseSlices(GateOp gate, Factors factors) {
  auto first = factors.activation.getInput().getDefiningOp<SliceColumnsOp>();
  auto second = factors.value.getDefiningOp<SliceColumnsOp>();
  if (!first || !second || first.getInput() != second.getInput())
    return false;
  auto linear = first.getInput().getDefiningOp<LinearOp>();
  uint64_t width = cast<RowsType>(gate.getType()).getWidth();
  bool areHalves = first.getBegin() == 0 && second.getBegin() == width;
  if (!linear || !isPlain(linear) || !areHalves || !first.getResult().hasOneUse() ||
      !second.getResult().hasOneUse() || !linear.getResult().hasNUses(2) ||
      cast<RowsType>(linear.getResult().getType()).getWidth() != int64_t(2 * width))
    return false;
  replaceGate(gate, factors.activation, linear.getLoc(), linear.getInput(), linear.getWeight(),
              linear.getBias());
  gate.erase();
  factors.activation->erase();
  first.erase();
  second.erase();
  linear.erase();
  return true;
}

void fuse(GateOp gate) {
  Factors factors = matchFactors(gate);
  if (factors.activation && factors.activation.getResult().hasOneUse() &&
      (fuseTwoLinears(gate, factors) || fuseSlices(gate, factors)))
    return;
  remark::missed(gate.getLoc(), remarkOptions) << remark::reason(
      "{0}", "its factors are not an activation and a linear of the same rows for this gate alone");
}

struct FuseGatedActivationPass : impl::FuseGatedActivationPassBase<FuseGatedActivationPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<GateOp> gates;
    getOperation().walk([&](GateOp gate) { gates.push_back(gate); });
    for (GateOp gate : gates)
      fuse(gate);
  }
};

} // namespace
} // namespace transept

// SPDX-License-Identifier: Apache-2.0
//
// A norm's gain and bias are linear, and so is what reads a norm: their product is a weight that
// the compiler computes once.

#include "compiler/transforms/Norms.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Projections.h"
#include "compiler/transforms/Weights.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FOLDNORMGAINSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fold-norm-gains";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("weights");

/// The projections that read `norm`, if nothing else does and nobody shares their weights;
/// otherwise why not.
std::string collectReaders(const NormParts &norm, const WeightReaders &readers,
                           SmallVectorImpl<Projection> &projections) {
  for (OpOperand &use : norm.result().getUses()) {
    Projection projection = Projection::matchInput(use);
    if (!projection)
      return ("'" + use.getOwner()->getName().getStringRef() + "' reads the norm as well").str();
    if (Operation *other = readers.findOther(projection.getWeight(), projection.getOperation()))
      return ("'" + other->getName().getStringRef() + "' reads the weight as well").str();
    projections.push_back(projection);
  }
  return projections.empty() ? "nobody reads the norm" : "";
}

/// (norm(x) * g + c) W^T + b -> norm(x) (W diag(g))^T + (b + W c)
void foldInto(const Projection &projection, const NormParts &norm) {
  Operation *op = projection.getOperation();
  OpBuilder builder(op);
  Location location = withSuffix(op->getLoc(), ".bias");
  Value weight = projection.getWeight(), bias = projection.getBias();
  auto matrix = cast<RankedTensorType>(weight.getType());
  auto vector = RankedTensorType::get({matrix.getDimSize(0)}, matrix.getElementType());
  if (norm.bias) {
    Value shift = WeightProductOp::create(builder, location, vector, weight, norm.bias);
    bias = bias ? WeightAddOp::create(builder, location, vector, bias, shift).getResult() : shift;
  }
  if (norm.gain)
    weight = WeightScaleColumnsOp::create(builder, weight.getLoc(), matrix, weight, norm.gain);
  projection.setWeightAndBias(weight, bias);
  op->setLoc(changedBy(passName, op->getLoc()));
}

void fold(NormParts norm, const WeightReaders &readers) {
  if (!norm.gain && !norm.bias)
    return;
  SmallVector<Projection> projections;
  if (std::string reason = collectReaders(norm, readers, projections); !reason.empty()) {
    remark::missed(norm.op->getLoc(), remarkOptions) << remark::reason("{0}", reason);
    return;
  }
  for (const Projection &projection : projections)
    foldInto(projection, norm);
  norm.setGainAndBias(nullptr, nullptr);
  norm.op->setLoc(changedBy(passName, norm.op->getLoc()));
  remark::passed(norm.op->getLoc(), remarkOptions)
      << ("folded into " + llvm::Twine(projections.size()) + " weights").str();
}

struct FoldNormGainsPass : impl::FoldNormGainsPassBase<FoldNormGainsPass> {
  using Base::Base;

  void runOnOperation() override {
    WeightReaders readers(getOperation());
    getOperation().walk([&](Operation *op) {
      if (NormParts norm = matchNorm(op))
        fold(norm, readers);
    });
  }
};

} // namespace
} // namespace transept

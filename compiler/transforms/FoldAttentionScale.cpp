// SPDX-License-Identifier: Apache-2.0
//
// Queries that come out of their projection already scaled cost nothing to scale.

#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Projections.h"
#include "compiler/transforms/Weights.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FOLDATTENTIONSCALEPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fold-attention-scale";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("weights");

/// Why the queries of an attention cannot be scaled through their projection; "" if they can.
std::string obstacle(LinearOp projection, const WeightReaders &readers) {
  if (!projection)
    return "the queries are not the result of a linear";
  if (projection.getActivation() || projection.getGated() || projection.getResidual())
    return "the queries' linear does not end with its product";
  if (!projection.getResult().hasOneUse())
    return "the queries have other readers";
  if (readers.findOther(projection.getWeight(), projection) ||
      (projection.getBias() && readers.findOther(projection.getBias(), projection)))
    return "the queries' weight is shared";
  return "";
}

/// attention(linear(x, W, b), ..., scale = s) -> attention(linear(x, s W, s b), ...), also where
/// the queries are turned by their positions.
template <typename AttentionOp>
void foldScale(AttentionOp attention, const WeightReaders &readers) {
  double scale = attention.getScale().convertToDouble();
  if (scale == 1.0)
    return;
  // Turning the queries and scaling them may change places.
  auto rotary = attention.getQuery().template getDefiningOp<RotaryOp>();
  bool turns = rotary && rotary.getResult().hasOneUse();
  Value queries = turns ? rotary.getInput() : attention.getQuery();
  auto projection = queries.template getDefiningOp<LinearOp>();
  if (std::string reason = obstacle(projection, readers); !reason.empty()) {
    remark::missed(attention.getLoc(), remarkOptions) << remark::reason("{0}", reason);
    return;
  }
  OpBuilder builder(projection);
  projection.getWeightMutable().set(scaleWeight(builder, projection.getWeight(), scale));
  if (Value bias = projection.getBias())
    projection.getBiasMutable().assign(scaleWeight(builder, bias, scale));
  attention.setScaleAttr(builder.getF64FloatAttr(1.0));
  projection->setLoc(changedBy(passName, projection.getLoc()));
  attention->setLoc(changedBy(passName, attention.getLoc()));
  remark::passed(attention.getLoc(), remarkOptions) << "folded the scale into the query weight";
}

struct FoldAttentionScalePass : impl::FoldAttentionScalePassBase<FoldAttentionScalePass> {
  using Base::Base;

  void runOnOperation() override {
    WeightReaders readers(getOperation());
    getOperation().walk([&](SelfAttentionOp attention) { foldScale(attention, readers); });
    getOperation().walk([&](CrossAttentionOp attention) { foldScale(attention, readers); });
    getOperation().walk([&](MergedAttentionOp attention) { foldScale(attention, readers); });
  }
};

} // namespace
} // namespace transept

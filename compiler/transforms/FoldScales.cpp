// SPDX-License-Identifier: Apache-2.0
//
// Scales of rows (of the states before the vocabulary projection, say) and of embeddings belong
// into weights, which the compiler multiplies once.

#include "compiler/transforms/Norms.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Projections.h"
#include "compiler/transforms/Weights.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FOLDSCALESPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fold-scales";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("weights");

class ScaleFolder {
public:
  explicit ScaleFolder(ModuleOp module) : readers(module) {}

  /// scale(norm(x) * g + b, s) -> norm(x) * s g + s b
  bool foldIntoNorm(ScaleOp scale) {
    NormParts norm = matchNorm(scale.getInput().getDefiningOp());
    if (!norm || !norm.gain || !norm.result().hasOneUse() || isShared(norm.gain, norm.op) ||
        isShared(norm.bias, norm.op))
      return false;
    OpBuilder builder(norm.op);
    double factor = factorOf(scale);
    norm.setGainAndBias(scaleWeight(builder, norm.gain, factor),
                        norm.bias ? scaleWeight(builder, norm.bias, factor) : nullptr);
    norm.op->setLoc(withEpilogue(passName, norm.op->getLoc(), scale.getLoc()));
    return replaceByInput(scale, "folded into the norm's gain");
  }

  /// scale(linear(x, W, b), s) -> linear(x, s W, s b)
  bool foldIntoProducer(ScaleOp scale) {
    auto linear = scale.getInput().getDefiningOp<LinearOp>();
    if (!linear || linear.getActivation() || linear.getResidual() || linear.getGated() ||
        !linear.getResult().hasOneUse() || isShared(linear.getWeight(), linear) ||
        isShared(linear.getBias(), linear))
      return false;
    OpBuilder builder(linear);
    linear.getWeightMutable().set(scaleWeight(builder, linear.getWeight(), factorOf(scale)));
    if (Value bias = linear.getBias())
      linear.getBiasMutable().assign(scaleWeight(builder, bias, factorOf(scale)));
    linear->setLoc(withEpilogue(passName, linear.getLoc(), scale.getLoc()));
    return replaceByInput(scale, "folded into the weight before it");
  }

  /// linear(scale(x, s), W, b) -> linear(x, s W, b), for all readers of the scale
  bool foldIntoReaders(ScaleOp scale) {
    SmallVector<Projection> projections;
    for (OpOperand &use : scale.getResult().getUses()) {
      Projection projection = Projection::matchInput(use);
      if (!projection || isShared(projection.getWeight(), projection.getOperation()))
        return false;
      projections.push_back(projection);
    }
    for (const Projection &projection : projections) {
      Operation *op = projection.getOperation();
      OpBuilder builder(op);
      projection.setWeightAndBias(scaleWeight(builder, projection.getWeight(), factorOf(scale)),
                                  projection.getBias());
      op->setLoc(withPrologue(passName, scale.getLoc(), op->getLoc()));
    }
    return replaceByInput(scale, "folded into the weights behind it");
  }

  /// embedding(ids, E, scale = s) -> embedding(ids, s E)
  void foldIntoTable(EmbeddingOp embedding) {
    double factor = embedding.getScale().convertToDouble();
    if (factor == 1.0)
      return;
    if (isShared(embedding.getTable(), embedding)) {
      remark::missed(embedding.getLoc(), remarkOptions)
          << remark::reason("{0}", "the embedding table is shared");
      return;
    }
    OpBuilder builder(embedding);
    embedding.getTableMutable().set(scaleWeight(builder, embedding.getTable(), factor));
    embedding.setScaleAttr(builder.getF64FloatAttr(1.0));
    embedding->setLoc(changedBy(passName, embedding.getLoc()));
    remark::passed(embedding.getLoc(), remarkOptions) << "folded into the embedding table";
  }

  void fold(ScaleOp scale) {
    if (!foldIntoNorm(scale) && !foldIntoProducer(scale) && !foldIntoReaders(scale))
      remark::missed(scale.getLoc(), remarkOptions)
          << remark::reason("{0}", "neither a norm's gain nor a weight is there for this scale "
                                   "alone");
  }

private:
  static double factorOf(ScaleOp scale) { return scale.getFactor().convertToDouble(); }

  bool isShared(Value weight, Operation *reader) const {
    return weight && readers.findOther(weight, reader);
  }

  bool replaceByInput(ScaleOp scale, StringRef what) {
    remark::passed(scale.getLoc(), remarkOptions) << what;
    scale.replaceAllUsesWith(scale.getInput());
    scale.erase();
    return true;
  }

  WeightReaders readers;
};

struct FoldScalesPass : impl::FoldScalesPassBase<FoldScalesPass> {
  using Base::Base;

  void runOnOperation() override {
    ScaleFolder folder(getOperation());
    getOperation().walk([&](ScaleOp scale) { folder.fold(scale); });
    getOperation().walk([&](EmbeddingOp embedding) { folder.foldIntoTable(embedding); });
  }
};

} // namespace
} // namespace transept

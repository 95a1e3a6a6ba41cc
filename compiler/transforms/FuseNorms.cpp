// SPDX-License-Identifier: Apache-2.0
//
// A norm is a prologue of the first product that reads it. In post-norm models the residual reads
// it too: the product's kernel then writes the normalized rows as a second result.

#include "compiler/transforms/Norms.h"
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/Weights.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FUSENORMSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fuse-norms";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("fusion");

/// The reader of `norm` that comes first in the block.
Operation *firstReader(const NormParts &norm) {
  Operation *first = nullptr;
  for (Operation *reader : norm.result().getUsers())
    if (!first || reader->isBeforeInBlock(first))
      first = reader;
  return first;
}

/// Can `linear` take `norm` as its prologue and stand before or at `anchor`?
bool canTake(LinearOp linear, const NormParts &norm, Operation *anchor) {
  if (linear.getInput() != norm.result() || linear.getNorm())
    return false;
  for (OpOperand &operand : linear->getOpOperands()) {
    if (&operand == &linear.getInputMutable() || isWeight(operand.get()))
      continue;
    // A residual: it must be there already, and cannot be what this very op will normalize.
    Operation *definition = operand.get().getDefiningOp();
    bool isReady = !definition || definition->isBeforeInBlock(anchor);
    if (operand.get() == norm.result() || !isReady)
      return false;
  }
  return true;
}

/// The first linear in the block that can take `norm`; null if there is none.
LinearOp chooseLinear(const NormParts &norm, Operation *anchor) {
  LinearOp chosen;
  for (Operation *reader : norm.result().getUsers()) {
    auto linear = dyn_cast<LinearOp>(reader);
    bool isEarlier = linear && (!chosen || linear->isBeforeInBlock(chosen));
    if (isEarlier && canTake(linear, norm, anchor))
      chosen = linear;
  }
  return chosen;
}

/// linear(norm(x)) -> linear(x) norm, at `anchor`; other readers of the norm read its result
/// `normalized`.
void fuse(const NormParts &norm, LinearOp linear, Operation *anchor) {
  moveWeightsBefore(linear, anchor);
  moveWeightsBefore(norm.op, anchor);
  OpBuilder builder(anchor);
  bool hasOtherReaders = !norm.result().hasOneUse();
  auto fused = LinearOp::create(
      builder, withPrologue(passName, norm.op->getLoc(), linear.getLoc()),
      linear.getResult().getType(), hasOtherReaders ? norm.result().getType() : Type(), norm.input,
      linear.getWeight(), linear.getBias(), norm.gain, norm.bias, linear.getResidual(),
      norm.attribute(), linear.getActivationAttr(), linear.getGatedAttr());
  linear.getResult().replaceAllUsesWith(fused.getResult());
  linear.erase();
  if (hasOtherReaders)
    norm.result().replaceAllUsesWith(fused.getNormalized());
  norm.op->erase();
}

void fuseNorm(const NormParts &norm) {
  Operation *anchor = firstReader(norm);
  LinearOp linear = anchor ? chooseLinear(norm, anchor) : nullptr;
  if (!linear) {
    remark::missed(norm.op->getLoc(), remarkOptions)
        << remark::reason("{0}", "no linear can run before everything else that reads the norm");
    return;
  }
  remark::passed(norm.op->getLoc(), remarkOptions) << "fused into the first linear that reads it";
  fuse(norm, linear, anchor);
}

struct FuseNormsPass : impl::FuseNormsPassBase<FuseNormsPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<Operation *> norms;
    getOperation().walk([&](Operation *op) {
      if (matchNorm(op))
        norms.push_back(op);
    });
    for (Operation *norm : norms)
      fuseNorm(matchNorm(norm));
  }
};

} // namespace
} // namespace transept

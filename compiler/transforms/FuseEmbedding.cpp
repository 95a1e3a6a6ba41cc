// SPDX-License-Identifier: Apache-2.0
//
// Token and position embeddings are added while the row is written for the first time.

#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FUSEEMBEDDINGPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fuse-embedding";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("fusion");

/// The operand of `add` that an op of type OpTy defines for it alone.
template <typename OpTy> OpTy matchTerm(AddOp add) {
  for (Value term : add->getOperands())
    if (auto op = term.getDefiningOp<OpTy>(); op && term.hasOneUse())
      return op;
  return nullptr;
}

/// add(embedding(ids, E), position_embedding(ids, P)) -> embedding(ids, E) positions P
void fuse(AddOp add) {
  auto embedding = matchTerm<EmbeddingOp>(add);
  auto positions = matchTerm<PositionEmbeddingOp>(add);
  if (!embedding || !positions)
    return;
  if (embedding.getPositions() || embedding.getIds() != positions.getRows()) {
    remark::missed(add.getLoc(), remarkOptions)
        << remark::reason("{0}", embedding.getPositions() ? "the embedding has positions already"
                                                          : "the two are of different rows");
    return;
  }
  embedding->moveBefore(add);
  embedding.getPositionsMutable().assign(positions.getTable());
  embedding.setPositionOffset(positions.getOffset());
  embedding->setLoc(withEpilogue(passName, embedding.getLoc(), {positions.getLoc(), add.getLoc()}));
  remark::passed(add.getLoc(), remarkOptions) << "fused positions into the embedding";
  add.replaceAllUsesWith(embedding.getResult());
  add.erase();
  positions.erase();
}

struct FuseEmbeddingPass : impl::FuseEmbeddingPassBase<FuseEmbeddingPass> {
  using Base::Base;

  void runOnOperation() override {
    SmallVector<AddOp> sums;
    getOperation().walk([&](AddOp add) { sums.push_back(add); });
    for (AddOp add : sums)
      fuse(add);
  }
};

} // namespace
} // namespace transept

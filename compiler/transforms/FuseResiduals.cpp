// SPDX-License-Identifier: Apache-2.0
//
// A residual is an epilogue of the product it is added to.

#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FUSERESIDUALSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fuse-residuals";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("fusion");

/// `value` as the result of a linear that can take a residual for `value`'s only reader.
LinearOp matchLinear(Value value) {
  auto linear = value.getDefiningOp<LinearOp>();
  bool matches =
      linear && value == linear.getResult() && !linear.getResidual() && value.hasOneUse();
  return matches ? linear : nullptr;
}

/// add(linear(y), x) -> linear(y) residual x
void fuse(AddOp add) {
  LinearOp lhs = matchLinear(add.getLhs()), rhs = matchLinear(add.getRhs());
  if (!lhs && !rhs) {
    remark::missed(add.getLoc(), remarkOptions)
        << remark::reason("{0}", "neither term is a linear that nobody else reads");
    return;
  }
  // The later one may read the earlier one's result where it stands.
  bool takeRhs = rhs && (!lhs || lhs->isBeforeInBlock(rhs));
  LinearOp linear = takeRhs ? rhs : lhs;
  Value residual = takeRhs ? add.getLhs() : add.getRhs();
  // Its only reader is the sum, so it can wait until the residual is there.
  linear->moveBefore(add);
  linear.getResidualMutable().assign(residual);
  linear->setLoc(withEpilogue(passName, linear.getLoc(), add.getLoc()));
  remark::passed(add.getLoc(), remarkOptions) << "fused into the linear before it";
  add.replaceAllUsesWith(linear.getResult());
  add.erase();
}

struct FuseResidualsPass : impl::FuseResidualsPassBase<FuseResidualsPass> {
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

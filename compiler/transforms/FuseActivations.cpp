// SPDX-License-Identifier: Apache-2.0
//
// An activation is an epilogue of the product before it.

#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FUSEACTIVATIONSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fuse-activations";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("fusion");

/// Why `activation` cannot be an epilogue of `linear`; "" if it can.
StringRef obstacle(LinearOp linear, Value input) {
  if (!linear || input != linear.getResult())
    return "its input is not the result of a linear";
  if (linear.getActivation())
    return "the linear has an activation already";
  if (linear.getResidual())
    return "the linear ends with a residual";
  if (!input.hasOneUse())
    return "the linear has other readers";
  return "";
}

/// activation(linear(x)) -> linear(x) activation
void fuse(ActivationOp activation) {
  auto linear = activation.getInput().getDefiningOp<LinearOp>();
  if (StringRef reason = obstacle(linear, activation.getInput()); !reason.empty()) {
    remark::missed(activation.getLoc(), remarkOptions) << remark::reason("{0}", reason.str());
    return;
  }
  linear.setActivationAttr(ActivationKindAttr::get(activation.getContext(), activation.getKind()));
  linear->setLoc(withEpilogue(passName, linear.getLoc(), activation.getLoc()));
  remark::passed(activation.getLoc(), remarkOptions) << "fused into the linear before it";
  activation.replaceAllUsesWith(linear.getResult());
  activation.erase();
}

struct FuseActivationsPass : impl::FuseActivationsPassBase<FuseActivationsPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation().walk([](ActivationOp activation) { fuse(activation); });
  }
};

} // namespace
} // namespace transept

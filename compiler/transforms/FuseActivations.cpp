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

/// Why `activation` cannot be an epilogue of the op before it; "" if it can.
StringRef obstacle(Value input) {
  auto linear = input.getDefiningOp<LinearOp>();
  auto convolution = input.getDefiningOp<DepthwiseConvolutionOp>();
  if (!convolution && (!linear || input != linear.getResult()))
    return "its input is not the result of a linear or a depthwise convolution";
  if (convolution ? convolution.getActivation() : linear.getActivation())
    return "what is before it has an activation already";
  if (linear && linear.getResidual())
    return "the linear ends with a residual";
  if (!input.hasOneUse())
    return "what is before it has other readers";
  return "";
}

/// activation(linear(x)) -> linear(x) activation, and so of a depthwise convolution
void fuse(ActivationOp activation) {
  Value input = activation.getInput();
  if (StringRef reason = obstacle(input); !reason.empty()) {
    remark::missed(activation.getLoc(), remarkOptions) << remark::reason("{0}", reason.str());
    return;
  }
  auto kind = ActivationKindAttr::get(activation.getContext(), activation.getKind());
  Operation *before = input.getDefiningOp();
  if (auto linear = dyn_cast<LinearOp>(before))
    linear.setActivationAttr(kind);
  else
    cast<DepthwiseConvolutionOp>(before).setActivationAttr(kind);
  before->setLoc(withEpilogue(passName, before->getLoc(), activation.getLoc()));
  remark::passed(activation.getLoc(), remarkOptions)
      << ("fused into the " + before->getName().stripDialect() + " before it").str();
  activation.replaceAllUsesWith(input);
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

// SPDX-License-Identifier: Apache-2.0
//
// Removes results that only an op with several of them, or a pair of functions, can drop:
// canonicalization erases whole ops.

#include "compiler/transforms/AttentionResults.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/BitVector.h"

namespace transept {
#define GEN_PASS_DEF_REMOVEDEADRESULTSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr auto remarkOptions = remark::RemarkOpts::name("remove-dead-results").category("fusion");

/// linear(x) -> (y, nobody reads it)  becomes  linear(x) -> y
void removeDeadNormalized(LinearOp linear) {
  if (!linear.getNormalized() || !linear.getNormalized().use_empty())
    return;
  OpBuilder builder(linear);
  auto single = LinearOp::create(builder, linear.getLoc(), linear.getResult().getType(),
                                 /*normalized=*/Type(), linear.getInput(), linear.getWeight(),
                                 linear.getBias(), linear.getNormGain(), linear.getNormBias(),
                                 linear.getResidual(), linear.getNormAttr(),
                                 linear.getActivationAttr(), linear.getGatedAttr());
  remark::passed(linear.getLoc(), remarkOptions) << "nobody reads the normalized rows";
  linear.getResult().replaceAllUsesWith(single.getResult());
  linear.erase();
}

/// attention(q, k, v) -> (rows, weights that nobody reads)  becomes  -> rows
template <typename AttentionOp> void removeDeadWeights(AttentionOp attention) {
  if (!attention.getWeights() || !attention.getWeights().use_empty())
    return;
  remark::passed(attention.getLoc(), remarkOptions) << "nobody reads the attention weights";
  replaceWeights(attention, /*weights=*/{});
}

/// The i-th encoder cache that encode returns is the i-th that decode takes.
void removeDeadCaches(func::FuncOp encode, func::FuncOp decode) {
  Operation *stores = encode.getBody().front().getTerminator();
  SmallVector<unsigned> storeIndices, readIndices;
  for (OpOperand &returned : stores->getOpOperands())
    if (isa<EncoderCacheType>(returned.get().getType()))
      storeIndices.push_back(returned.getOperandNumber());
  for (BlockArgument argument : decode.getArguments())
    if (isa<EncoderCacheType>(argument.getType()))
      readIndices.push_back(argument.getArgNumber());
  for (auto [store, read] : llvm::reverse(llvm::zip(storeIndices, readIndices))) {
    if (!decode.getArgument(read).use_empty())
      continue;
    remark::passed(decode.getArgument(read).getLoc(), remarkOptions)
        << "decode does not read this cache";
    decode.getBody().eraseArgument(read);
    Operation *definition = stores->getOperand(store).getDefiningOp();
    stores->eraseOperand(store);
    if (definition && isOpTriviallyDead(definition))
      definition->erase();
  }
  updateFunctionType(encode);
  updateFunctionType(decode);
}

struct RemoveDeadResultsPass : impl::RemoveDeadResultsPassBase<RemoveDeadResultsPass> {
  using Base::Base;

  void runOnOperation() override {
    getOperation().walk([](LinearOp linear) { removeDeadNormalized(linear); });
    getOperation().walk([](CrossAttentionOp attention) { removeDeadWeights(attention); });
    getOperation().walk([](MergedAttentionOp attention) { removeDeadWeights(attention); });
    auto encode = getOperation().lookupSymbol<func::FuncOp>(encodeName);
    auto decode = getOperation().lookupSymbol<func::FuncOp>(decodeName);
    if (encode && decode)
      removeDeadCaches(encode, decode);
  }
};

} // namespace
} // namespace transept

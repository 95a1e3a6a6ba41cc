// SPDX-License-Identifier: Apache-2.0
//
// A search looks at a handful of the vocabulary's scores: the kernel that computes them keeps the
// best and the log-sum-exp, and writes whole rows of logits only where a caller asks.

#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Norms.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Transept/Lineage.h"
#include "mlir/IR/Remarks.h"

namespace transept {
#define GEN_PASS_DEF_FUSEVOCABULARYSEARCHPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

constexpr llvm::StringLiteral passName = "fuse-vocabulary-search";
constexpr auto remarkOptions = remark::RemarkOpts::name(passName).category("fusion");

/// logits(norm(x), W) -> search_vocabulary(x, W) norm; the norm stays if others read it.
SearchVocabularyOp searchInstead(LogitsOp logits) {
  OpBuilder builder(logits);
  auto rows = cast<RowsType>(logits.getType());
  auto type = CandidatesType::get(rows.getContext(), rows.getSpace(), rows.getWidth());
  NormParts norm = matchNorm(logits.getInput().getDefiningOp());
  if (!norm || !norm.result().hasOneUse())
    return SearchVocabularyOp::create(builder, changedBy(passName, logits.getLoc()), type,
                                      logits.getInput(), logits.getWeight(), logits.getBias(),
                                      /*norm_gain=*/Value(),
                                      /*norm_bias=*/Value(), /*norm=*/NormAttr(),
                                      logits.getSoftCapAttr());
  Location location = withPrologue(passName, norm.op->getLoc(), logits.getLoc());
  auto search = SearchVocabularyOp::create(builder, location, type, norm.input, logits.getWeight(),
                                           logits.getBias(), norm.gain, norm.bias, norm.attribute(),
                                           logits.getSoftCapAttr());
  return search;
}

void fuse(OpOperand &returned) {
  auto logits = returned.get().getDefiningOp<LogitsOp>();
  if (!logits || !logits.getResult().hasOneUse()) {
    if (isa<RowsType>(returned.get().getType()))
      remark::missed(returned.get().getLoc(), remarkOptions)
          << remark::reason("{0}", logits ? "something else reads the logits"
                                          : "this result of decode is not logits");
    return;
  }
  remark::passed(logits.getLoc(), remarkOptions) << "decode returns candidates";
  returned.set(searchInstead(logits));
  Operation *input = logits.getInput().getDefiningOp();
  logits.erase();
  if (input && isOpTriviallyDead(input))
    input->erase();
}

struct FuseVocabularySearchPass : impl::FuseVocabularySearchPassBase<FuseVocabularySearchPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp decode = findFunction(getOperation(), decodeName);
    if (!decode)
      return signalPassFailure();
    for (OpOperand &returned : decode.getBody().front().getTerminator()->getOpOperands())
      fuse(returned);
    updateFunctionType(decode);
  }
};

} // namespace
} // namespace transept

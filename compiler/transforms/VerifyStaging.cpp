// SPDX-License-Identifier: Apache-2.0
//
// The promise of staging, checked: nothing that depends on the source alone is left in `decode`,
// where it would be computed again for every token.

#include "compiler/transforms/BindingTimeAnalysis.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"

namespace transept {
#define GEN_PASS_DEF_VERIFYSTAGINGPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

struct VerifyStagingPass : impl::VerifyStagingPassBase<VerifyStagingPass> {
  using Base::Base;

  void runOnOperation() override {
    func::FuncOp decode = findFunction(getOperation(), decodeName);
    if (!decode)
      return signalPassFailure();
    BindingTimeAnalysis times(decode);
    for (BlockArgument argument : decode.getArguments())
      if (times.of(argument) == BindingTime::Source && !isa<EncoderCacheType>(argument.getType())) {
        decode.emitOpError("expects values of the source as encoder caches, but argument #")
            << argument.getArgNumber() << " has type " << argument.getType();
        return signalPassFailure();
      }
    for (Operation &op : decode.getBody().front().without_terminator())
      if (times.of(&op) == BindingTime::Source && !isa<CacheReadOp>(op)) {
        op.emitOpError("depends on the source alone, so it belongs in encode");
        return signalPassFailure();
      }
    for (Value returned : decode.getBody().front().getTerminator()->getOperands())
      if (times.of(returned) != BindingTime::Target) {
        decode.emitOpError("returns a value that does not depend on the target")
                .attachNote(returned.getLoc())
            << "the value is defined here";
        return signalPassFailure();
      }
    markAllAnalysesPreserved();
  }
};

} // namespace
} // namespace transept

// SPDX-License-Identifier: Apache-2.0
//
// A verified pipeline as a pass, so that `transept-opt` can run one.

#include "compiler/pipeline/PassVerification.h"
#include "compiler/pipeline/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

namespace transept {
#define GEN_PASS_DEF_VERIFYBYRUNNINGPASS
#include "compiler/pipeline/Passes.h.inc"

using namespace mlir;

namespace {

struct VerifyByRunningPass : impl::VerifyByRunningPassBase<VerifyByRunningPass> {
  using Base::Base;

  void runOnOperation() override {
    PassManager manager(&getContext());
    std::string problem;
    llvm::raw_string_ostream stream(problem);
    if (failed(parsePassPipeline(pipeline, manager, stream))) {
      emitError(getOperation().getLoc(), "cannot read the pipeline: ")
          << StringRef(problem).rtrim();
      return signalPassFailure();
    }
    if (failed(runVerified(manager, getOperation(), {.seed = seed, .reproducer = reproducer})))
      signalPassFailure();
  }
};

} // namespace
} // namespace transept

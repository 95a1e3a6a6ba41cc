// SPDX-License-Identifier: Apache-2.0
//
// Separates what the compiler computes from what the model computes: first the weights, masks and
// biases, then the program.

#include "compiler/transforms/BindingTimeAnalysis.h"
#include "compiler/transforms/Passes.h"

namespace transept {
#define GEN_PASS_DEF_HOISTWEIGHTSPASS
#include "compiler/transforms/Passes.h.inc"

using namespace mlir;

namespace {

struct HoistWeightsPass : impl::HoistWeightsPassBase<HoistWeightsPass> {
  using Base::Base;

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!llvm::hasSingleElement(function.getBody()))
        continue;
      BindingTimeAnalysis times(function);
      Block &body = function.getBody().front();
      auto program = llvm::find_if(
          body, [&](Operation &op) { return times.of(&op) != BindingTime::CompileTime; });
      if (program == body.end())
        continue;
      Operation *anchor = &*program;
      for (Operation &op : llvm::make_early_inc_range(
               llvm::make_range(program, body.getTerminator()->getIterator())))
        if (times.of(&op) == BindingTime::CompileTime)
          op.moveBefore(anchor);
    }
  }
};

} // namespace
} // namespace transept

// SPDX-License-Identifier: Apache-2.0
//
// The table from launches to their emitLaunch, made of the dialect's own list of ops, so that no op
// can be missing in it.

#include "compiler/codegen/launches/EmitLaunch.h"

#include "llvm/Support/ErrorHandling.h"

namespace transept::codegen {

namespace {

template <typename Op> bool emitIfIs(mlir::Operation *launch, LaunchEmitter &emitter) {
  if constexpr (Op::template hasTrait<plan::LaunchOpInterface::Trait>())
    if (auto op = llvm::dyn_cast<Op>(launch)) {
      emitLaunch(op, emitter);
      return true;
    }
  return false;
}

template <typename... Ops> bool emitOneOf(mlir::Operation *launch, LaunchEmitter &emitter) {
  return (emitIfIs<Ops>(launch, emitter) || ...);
}

} // namespace

void emitAnyLaunch(plan::LaunchOpInterface launch, LaunchEmitter &emitter) {
  bool isEmitted = emitOneOf<
#define GET_OP_LIST
#include "dialects/Plan/PlanOps.cpp.inc"
      >(launch, emitter);
  if (!isEmitted)
    llvm_unreachable("launches are ops of the plan dialect");
}

} // namespace transept::codegen

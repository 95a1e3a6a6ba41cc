// SPDX-License-Identifier: Apache-2.0
//
// Programs -> functions. Every launch becomes a small function of its own, named after the graph
// op, that finds its buffers and weights and calls the kernel of its shape (launches/).

#include "compiler/codegen/Passes.h"
#include "compiler/codegen/launches/LaunchEmitter.h"
#include "compiler/plan/LaunchNames.h"
#include "compiler/targets/Target.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace transept::codegen {

using namespace mlir;

#define GEN_PASS_DEF_EMITKERNELSPASS
#include "compiler/codegen/Passes.h.inc"

namespace {

/// Writes the processor's time-stamp counter if somebody measures: nothing but a branch that is
/// always predicted otherwise.
void stampTime(KernelBuilder &kernel, Expression isMeasured, Expression times, int64_t index) {
  kernel.when(isMeasured, [&] {
    Expression now = kernel.intrinsic("llvm.readcyclecounter", kernel.getI64Type(), {});
    kernel.store(now, kernel.bytesAt(times, index * int64_t(sizeof(uint64_t))));
  });
}

/// program(invocation, worker, worker count): the steps in order. A barrier has no function.
void emitSteps(KernelBuilder &kernel, plan::ProgramOp program, ArrayRef<func::FuncOp> steps) {
  Type pointer = kernel.pointerType(), i32 = kernel.getI32Type();
  std::string name = ("transept_program_" + program.getName()).str();
  kernel.setLoc(program.getLoc());
  auto function = kernel.define(name, {pointer, i32, i32}, [&](ArrayRef<Expression> arguments) {
    Expression invocation = arguments[0];
    Expression worker = kernel.toInt64(arguments[1]), count = kernel.toInt64(arguments[2]);
    Expression barrier = loadField(kernel, invocation, "barrier"),
               context = loadField(kernel, invocation, "barrier_context");
    auto barrierType =
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(kernel.getContext()), {pointer, i32});
    Expression times = loadField(kernel, invocation, "launch_times");
    Expression isMeasured = kernel.isNotNull(times);
    int64_t stampCount = int64_t(steps.size()) + 1;
    Expression ownTimes = kernel.bytesAt(times, worker * (stampCount * int64_t(sizeof(uint64_t))));
    stampTime(kernel, isMeasured, ownTimes, 0);
    for (auto [index, each] : llvm::enumerate(steps)) {
      func::FuncOp launch = each;
      kernel.setLoc(launch ? launch.getLoc() : program.getLoc());
      if (launch)
        kernel.call(launch, {invocation, worker, count});
      else
        LLVM::CallOp::create(kernel, barrierType, ValueRange{barrier, context, arguments[1]});
      stampTime(kernel, isMeasured, ownTimes, int64_t(index) + 1);
    }
  });
  function.setPublic();
  function->removeAttr("llvm.linkage");
}

void emitProgram(KernelBuilder &kernel, plan::ProgramOp program) {
  LaunchNames names(program.getName());
  LaunchEmitter emitter(program, kernel);
  SmallVector<func::FuncOp> steps;
  for (Operation &op : program.getBody().front()) {
    if (auto launch = dyn_cast<plan::LaunchOpInterface>(op))
      steps.push_back(emitter.emit(launch, names.next(launch)));
    else if (isa<plan::BarrierOp>(op))
      steps.push_back({});
  }
  program.setScratchBytes(emitter.scratchBytes());
  program.setScratchBytesPerKey(emitter.scratchBytesPerKey());
  emitSteps(kernel, program, steps);
}

struct EmitKernelsPass : impl::EmitKernelsPassBase<EmitKernelsPass> {
  using Base::Base;

  void runOnOperation() override {
    std::optional<targets::Target> target = targets::targetOrError(getOperation(), cpu);
    if (!target)
      return signalPassFailure();
    KernelBuilder kernel(getOperation(), *target);
    SmallVector<plan::ProgramOp> programs(getOperation().getOps<plan::ProgramOp>());
    for (plan::ProgramOp program : programs)
      emitProgram(kernel, program);
    if (kernel.hasFailed())
      signalPassFailure();
  }
};

} // namespace
} // namespace transept::codegen

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

/// The identity of the function that takes the time: all programs share it.
struct TimeStamp {
  friend bool operator==(const TimeStamp &, const TimeStamp &) = default;
};

/// stamp_time(whether somebody measures, place): writes the processor's time-stamp counter, or
/// returns at once. A function, because a branch behind each launch would cut a program into as
/// many blocks as it has launches, and MLIR moves all that follows a branch when it cuts there.
func::FuncOp timeStamp(KernelBuilder &kernel) {
  return kernel.kernelOf(TimeStamp{}, "stamp_time", {kernel.getI1Type(), kernel.pointerType()},
                         [&](ArrayRef<Expression> arguments) {
                           kernel.when(arguments[0], [&] {
                             kernel.store(
                                 kernel.intrinsic("llvm.readcyclecounter", kernel.getI64Type(), {}),
                                 arguments[1]);
                           });
                         });
}

/// The steps of a program, or some of them: a barrier has no function.
struct Steps {
  plan::ProgramOp program;
  ArrayRef<func::FuncOp> launches;
  int64_t stampCount; // of the whole program
  int64_t first = 0;  // of these, in the program

  Steps part(size_t begin, size_t count) const {
    return {program, launches.slice(begin, std::min(count, launches.size() - begin)), stampCount,
            int64_t(begin)};
  }
};

/// A function (invocation, worker, worker count) that does the steps in order.
func::FuncOp emitSteps(KernelBuilder &kernel, StringRef name, const Steps &steps) {
  Type pointer = kernel.pointerType(), i32 = kernel.getI32Type();
  plan::ProgramOp program = steps.program;
  kernel.setLoc(program.getLoc());
  func::FuncOp stamp = timeStamp(kernel);
  return kernel.define(name, {pointer, i32, i32}, [&](ArrayRef<Expression> arguments) {
    Expression invocation = arguments[0];
    Expression worker = kernel.toInt64(arguments[1]), count = kernel.toInt64(arguments[2]);
    Expression barrier = loadField(kernel, invocation, "barrier"),
               context = loadField(kernel, invocation, "barrier_context");
    auto barrierType =
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(kernel.getContext()), {pointer, i32});
    Expression times = loadField(kernel, invocation, "launch_times");
    Expression isMeasured = kernel.isNotNull(times);
    Expression ownTimes =
        kernel.bytesAt(times, worker * (steps.stampCount * int64_t(sizeof(uint64_t))));
    auto stampTime = [&](int64_t index) {
      kernel.call(stamp, {isMeasured, kernel.bytesAt(ownTimes, index * int64_t(sizeof(uint64_t)))});
    };
    if (steps.first == 0)
      stampTime(0);
    for (auto [index, each] : llvm::enumerate(steps.launches)) {
      func::FuncOp launch = each;
      kernel.setLoc(launch ? launch.getLoc() : program.getLoc());
      if (launch)
        kernel.call(launch, {invocation, worker, count});
      else
        LLVM::CallOp::create(kernel, barrierType, ValueRange{barrier, context, arguments[1]});
      stampTime(steps.first + int64_t(index) + 1);
    }
  });
}

/// LLVM's register allocation takes time quadratic in the calls of a function; more steps than
/// these, which no model of usual depth has, are divided among functions.
constexpr size_t kStepsPerFunction = 512;

func::FuncOp emitAllSteps(KernelBuilder &kernel, const Steps &steps) {
  plan::ProgramOp program = steps.program;
  std::string name = ("transept_program_" + program.getName()).str();
  if (steps.launches.size() <= kStepsPerFunction)
    return emitSteps(kernel, name, steps);
  SmallVector<func::FuncOp> parts;
  for (size_t begin = 0; begin < steps.launches.size(); begin += kStepsPerFunction)
    parts.push_back(emitSteps(kernel, name + ".part", steps.part(begin, kStepsPerFunction)));
  Type i32 = kernel.getI32Type();
  kernel.setLoc(program.getLoc());
  return kernel.define(name, {kernel.pointerType(), i32, i32}, [&](ArrayRef<Expression> arguments) {
    for (func::FuncOp part : parts)
      kernel.call(part, arguments);
  });
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
  func::FuncOp function =
      emitAllSteps(kernel, {program, steps, /*stampCount=*/int64_t(steps.size()) + 1});
  function.setPublic();
  function->removeAttr("llvm.linkage");
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

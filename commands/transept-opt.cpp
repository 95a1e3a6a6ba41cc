// SPDX-License-Identifier: Apache-2.0
//
// The usual MLIR driver with our dialects, passes and pipelines, the upstream dialects that our
// stages end in, and upstream's general passes (canonicalize, cse, ...): for lit tests, and for
// looking at one pass at a time.

#include "compiler/codegen/Passes.h"
#include "compiler/pipeline/Passes.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/plan/Passes.h"
#include "compiler/transforms/Passes.h"
#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Transept.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/Support/Debug.h"
#include "llvm/Support/DebugLog.h"

#include <cstdlib>

static void registerDialects(mlir::DialectRegistry &registry) {
  registry.insert<transept::TranseptDialect>();
  registry.insert<transept::plan::PlanDialect>();
  registry.insert<mlir::arith::ArithDialect, mlir::cf::ControlFlowDialect, mlir::func::FuncDialect,
                  mlir::LLVM::LLVMDialect, mlir::math::MathDialect, mlir::memref::MemRefDialect,
                  mlir::scf::SCFDialect, mlir::vector::VectorDialect>();
}

static void registerPasses() {
  mlir::registerTransformsPasses();
  transept::registerTransformsPasses();
  transept::codegen::registerPlanPasses();
  transept::codegen::registerCodegenPasses();
  transept::registerPipelinePasses();
  transept::registerPipelines();
}

int main(int argc, char **argv) {
#ifndef NDEBUG
  // `--debug-only` does not exist with a release build of MLIR; our own LDBG() lines do.
  if (const char *type = std::getenv("TRANSEPT_DEBUG")) {
    llvm::DebugFlag = true;
    llvm::setCurrentDebugType(type);
  }
#endif
  mlir::DialectRegistry registry;
  registerDialects(registry);
  registerPasses();
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "the transept optimizer driver\n", registry));
}

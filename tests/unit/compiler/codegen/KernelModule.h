// SPDX-License-Identifier: Apache-2.0
//
// An empty module with a builder of kernels in it, and what it reports.

#ifndef TRANSEPT_TESTS_UNIT_COMPILER_CODEGEN_KERNELMODULE_H
#define TRANSEPT_TESTS_UNIT_COMPILER_CODEGEN_KERNELMODULE_H

#include "compiler/codegen/Passes.h"
#include "compiler/codegen/kernels/KernelBuilder.h"
#include "dialects/Plan/Plan.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/Diagnostics.h"

#include <gtest/gtest.h>

#include <optional>

namespace transept::codegen {

class KernelModule : public ::testing::Test {
protected:
  KernelModule() {
    context.loadDialect<mlir::func::FuncDialect, mlir::scf::SCFDialect, mlir::arith::ArithDialect,
                        mlir::math::MathDialect, mlir::vector::VectorDialect,
                        mlir::LLVM::LLVMDialect, plan::PlanDialect>();
    module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  }

  KernelBuilder builderFor(const std::string &cpu) {
    std::string error;
    std::optional<Target> target = targets::targetFor(cpu, error);
    EXPECT_TRUE(target) << error;
    return KernelBuilder(*module, *target);
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string messages;
  mlir::ScopedDiagnosticHandler handler{&context, [this](mlir::Diagnostic &diagnostic) {
                                          messages += diagnostic.str() + "\n";
                                          return mlir::success();
                                        }};
};

} // namespace transept::codegen

#endif

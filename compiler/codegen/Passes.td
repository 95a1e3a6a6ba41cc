// SPDX-License-Identifier: Apache-2.0
//
// From the plan to LLVM.

#ifndef TRANSEPT_CODEGEN_PASSES
#define TRANSEPT_CODEGEN_PASSES

include "mlir/Pass/PassBase.td"

def EmitKernelsPass : Pass<"emit-kernels", "::mlir::ModuleOp"> {
  let summary = "turn programs into functions that call generated kernels";
  let description = [{
    One kernel per distinct shape, shared by all launches; one small function per launch that bears
    the launch's label, so that debuggers and profilers name the graph op.
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"native\"", "processor to generate for">];
  let dependentDialects = ["::transept::plan::PlanDialect", "::mlir::func::FuncDialect",
                           "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect",
                           "::mlir::math::MathDialect", "::mlir::vector::VectorDialect",
                           "::mlir::LLVM::LLVMDialect"];
}

def ExpandMathPass : Pass<"expand-math"> {
  let summary = "replace functions without a vector instruction by polynomials";
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::math::MathDialect",
                           "::mlir::vector::VectorDialect"];
}

#endif

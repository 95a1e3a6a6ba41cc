// SPDX-License-Identifier: Apache-2.0
//
// From the fused graph to the plan, and from the plan to LLVM.

#ifndef TRANSEPT_CODEGEN_PASSES
#define TRANSEPT_CODEGEN_PASSES

include "mlir/Pass/PassBase.td"

class Codegen_Pass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::transept::TranseptDialect", "::transept::plan::PlanDialect"];
}

def LowerToPlanPass : Codegen_Pass<"lower-to-plan"> {
  let summary = "turn encode and decode into programs of kernel launches";
  let description = [{
    Requires the staged form. Every op becomes a launch (or a view, or nothing: slices and symbolic
    masks), every value of rows a buffer, every weight expression a `plan.weight` with the layout
    that its readers want; strategies are chosen here and attached. An op that no kernel serves is
    an error at its location.
  }];
  let options = [Option<"cpu", "cpu", "std::string", "\"native\"", "processor to plan for">,
                 Option<"weights", "weights", "std::string", "\"f32\"",
                        "number type of the weights of linear layers and the vocabulary: f32, bf16, int8, int4">,
                 Option<"cache", "cache", "std::string", "\"auto\"",
                        "number type of the caches: f32, bf16, or auto (f32 with weights of f32)">];
}

def PlanMemoryPass : Codegen_Pass<"plan-memory"> {
  let summary = "place buffers in the arena by their lifetimes, and weights in the library";
  let description = [{
    Two buffers share bytes when no launch needs both. Offsets are bytes per row, so one plan serves
    any number of rows.
  }];
}

def InsertBarriersPass : Codegen_Pass<"insert-barriers"> {
  let summary = "put a barrier where a launch depends on what other workers do";
  let description = [{
    Requires placed buffers. A barrier is needed before a launch that reads bytes written since the
    last barrier, or writes bytes read or written since then; nowhere else.
  }];
}

def EmitKernelsPass : Codegen_Pass<"emit-kernels"> {
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

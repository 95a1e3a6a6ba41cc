// SPDX-License-Identifier: Apache-2.0
//
// From the fused graph to the plan.

#ifndef TRANSEPT_PLAN_PASSES
#define TRANSEPT_PLAN_PASSES

include "mlir/Pass/PassBase.td"

class Plan_Pass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::transept::TranseptDialect", "::transept::plan::PlanDialect"];
}

def LowerToPlanPass : Plan_Pass<"lower-to-plan"> {
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

def PlanMemoryPass : Plan_Pass<"plan-memory"> {
  let summary = "place buffers in the arena by their lifetimes, and weights in the library";
  let description = [{
    Two buffers share bytes when no launch needs both. Offsets are bytes per row, so one plan serves
    any number of rows.
  }];
}

def InsertBarriersPass : Plan_Pass<"insert-barriers"> {
  let summary = "put a barrier where a launch depends on what other workers do";
  let description = [{
    Requires placed buffers. A barrier is needed before a launch that reads bytes written since the
    last barrier, or writes bytes read or written since then; nowhere else.
  }];
}

#endif

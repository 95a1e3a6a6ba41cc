// SPDX-License-Identifier: Apache-2.0
//
// Passes that run other passes.

#ifndef TRANSEPT_PIPELINE_PASSES
#define TRANSEPT_PIPELINE_PASSES

include "mlir/Pass/PassBase.td"

def VerifyByRunningPass : Pass<"verify-by-running", "::mlir::ModuleOp"> {
  let summary = "run passes, and the model before and after each of them";
  let description = [{
    What `transept compile --verify-passes` does, for passes of one's choice: reproducers are replayed
    with it. The model runs in the interpreter, on random input; the first pass that changes its
    result is an error, which names the op and the element as well.

    - Requires: a module in the graph dialect; verification ends where that ends.
    - Ensures: what the passes leave.
  }];
  let options = [
    Option<"pipeline", "pipeline", "std::string", "\"\"",
           "the passes over the module, e.g. 'fold-scales,fuse-norms'">,
    Option<"seed", "seed", "uint64_t", "1", "of token ids and parameters">,
    Option<"reproducer", "reproducer", "std::string", "\"\"",
           "the file for a small module that shows what is wrong; none without">
  ];
}

#endif

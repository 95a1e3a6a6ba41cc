// SPDX-License-Identifier: Apache-2.0
//
// What barriers, memory, costs, reports and code generation ask a launch: nothing else in the
// compiler has to know which launches there are.

#ifndef TRANSEPT_PLAN_INTERFACES
#define TRANSEPT_PLAN_INTERFACES

include "mlir/IR/OpBase.td"

def LaunchOpInterface : OpInterface<"LaunchOpInterface"> {
  let description = [{
    An op that does work at run time: every worker does its share of it. What the work is for the
    processor, `emitLaunch` says (compiler/codegen/launches/EmitLaunch.h), because it needs the
    kernels.

    - `launch_c1` every weight is a plan.weight
    - `launch_c2` every weight has a layout that the launch can read
  }];
  let cppNamespace = "::transept::plan";
  let methods = [
    InterfaceMethod<"The name of the graph op that it came from.", "::llvm::StringRef", "getLabel">,
    InterfaceMethod<[{
      What it reads and writes. Barriers stand where footprints say so, and nowhere else: a buffer
      that is missing here would be read while another worker writes it, so every operand has to be
      read or written.
    }], "::transept::plan::Footprint", "getFootprint">,
    InterfaceMethod<"The weights that it reads.",
                    "::llvm::SmallVector<::transept::plan::WeightUse, 4>", "getWeights">,
    InterfaceMethod<[{
      The buffer whose rows its costs are counted by; null for the rows whose vocabulary scores are
      wanted.
    }], "::mlir::Value", "getCountedRows">,
    InterfaceMethod<"The least that it has to read, write and compute for each row.",
                    "::transept::plan::Cost", "getCost">,
  ];
  let extraTraitClassDeclaration = [{
    ::llvm::LogicalResult verifySymbolUses(::mlir::SymbolTableCollection &tables) {
      return ::transept::plan::verifyWeights($_op, tables);
    }
  }];
  let verify = "return ::transept::plan::verifyFootprint($_op);";
}

#endif

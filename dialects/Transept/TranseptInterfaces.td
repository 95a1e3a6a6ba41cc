// SPDX-License-Identifier: Apache-2.0
//
// What the general passes know about ops: how to run one, and how it treats a sequence.

#ifndef TRANSEPT_INTERFACES
#define TRANSEPT_INTERFACES

include "mlir/IR/OpBase.td"

def Interpretable : OpInterface<"Interpretable"> {
  let description = "An op that the reference interpreter can run, in double precision.";
  let cppNamespace = "::transept";
  let methods = [InterfaceMethod<[{
    Computes the op's results from the values bound to its operands in `frame` and binds them.
    Fails with an error at the op when the operands' contents are invalid.
  }], "::llvm::LogicalResult", "interpret", (ins "::transept::Frame &":$frame)>];
}

def RowWise : OpInterface<"RowWise"> {
  let description = [{
    An op whose result row i depends on row i of its sequence operands alone (and on operands that
    are not rows). Such an op computes the same on the new rows of a sequence as on all of it.
  }];
  let cppNamespace = "::transept";
}

#endif

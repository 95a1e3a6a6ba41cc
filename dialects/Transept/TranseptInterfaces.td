// SPDX-License-Identifier: Apache-2.0
//
// What the general passes know about ops: how to run one, how it treats a sequence, and which rows
// it makes.

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

def MakesSpace : OpInterface<"MakesSpace"> {
  let description = [{
    An op whose result is the first rows of a sequence space. Nothing names such ops to learn how
    many rows a space has: the interpreter divides the rows into sequences as the op says, the plan
    reserves memory for them, kernels count them, and the library tells the runtime. Launches of a
    program have it as well as ops of the graph.

    - `makes_space_c1` a space that is made of another one differs from it, and both are the
      source's
    - `makes_space_c2` kernel and stride are positive
    - `makes_space_c3` kernel, stride and leading rows are at most 65536
    - `makes_space_c4` lines of a grid have 1 to 65536 places
  }];
  let cppNamespace = "::transept";
  let methods = [
    InterfaceMethod<"The space, what it is made of, and how many rows that gives a sequence.",
                    "::transept::MadeSpace", "getMadeSpace">,
    InterfaceMethod<"Whether it makes one, as it is given, or keeps the rows of its operand.",
                    "bool", "makesSpace", (ins), "", "return true;">,
    InterfaceMethod<[{
      How the rows of the space divide into sequences, given the `lengths` of those that they are
      made of: by default each sequence gives one, as the row step says.
    }], "::std::vector<int64_t>", "sequenceLengths", (ins "::llvm::ArrayRef<int64_t>":$lengths), "", [{
      const ::transept::RowStep step = $_op.getMadeSpace().step;
      ::std::vector<int64_t> made;
      for (int64_t length : lengths)
        made.push_back(step.rowsFrom(length));
      return made;
    }]>
  ];
  let verify = "return ::transept::detail::verifyMakesSpace($_op);";
}

#endif

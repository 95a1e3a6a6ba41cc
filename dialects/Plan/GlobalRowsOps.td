// SPDX-License-Identifier: Apache-2.0
//
// Launches that make the rows that all others of a source look at, and put what became of them back.

#ifndef TRANSEPT_PLAN_GLOBAL_ROWS_OPS
#define TRANSEPT_PLAN_GLOBAL_ROWS_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_SumBlocksOp : Plan_LaunchOp<"sum_blocks", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "add up the rows of each block";
  let description = [{
    The invocation's rows are one sequence; what follows its last whole block belongs to that one.

    - `sum_blocks_c1` input and output have the same width
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, I64Attr:$block_size);
  let assemblyFormat = "$label $input `into` $output `of` $block_size attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

def Plan_ReplaceRequestedOp : Plan_LaunchOp<"replace_requested"> {
  let summary = "copy rows, others in place of the requested ones";
  let description = [{
    - `replace_requested_c1` input and output are rows of the same space and width
    - `replace_requested_c2` requested are rows that are requested of them, as wide
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$requested, Plan_Buffer:$output);
  let assemblyFormat = "$label $input `,` $requested `into` $output attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

#endif

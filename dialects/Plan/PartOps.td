// SPDX-License-Identifier: Apache-2.0
//
// Launches over parts of sequences, and attention to channels.

#ifndef TRANSEPT_PLAN_PART_OPS
#define TRANSEPT_PLAN_PART_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_MoveRowsOp : Plan_LaunchOp<"move_rows",
    [DeclareOpInterfaceMethods<MakesSpace, ["makesSpace"]>]> {
  let summary = "some rows of a sequence, to a place in another";
  let description = [{
    The invocation's rows are one sequence. Row `begin` + i of the input becomes row i of the
    output: all that there are, or `count`.

    - `move_rows_c1` input and output have the same width
    - `move_rows_c2` begin and count are not negative, and one of them at most is not 0
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, I64Attr:$begin,
                       I64Attr:$count);
  let assemblyFormat = [{
    $label $input `from` $begin `into` $output `count` $count attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Plan_ConcatenateOp : Plan_LaunchOp<"concatenate", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "the rows of one sequence, then those of another";
  let description = [{
    The invocation's rows are one sequence: the `first_count` rows of `first`, then those of `second`.

    - `concatenate_c1` first, second and output have the same width
    - `concatenate_c2` first_count is positive
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$first, Plan_Buffer:$second, Plan_Buffer:$output,
                       I64Attr:$first_count);
  let assemblyFormat = [{
    $label $first `,` $second `into` $output `first` $first_count attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Plan_PrependMeanOp : Plan_LaunchOp<"prepend_mean", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "the mean of a sequence's rows, then these";
  let description = [{
    The invocation's rows are one sequence.

    - `prepend_mean_c1` input and output have the same width
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output);
  let assemblyFormat = "$label $input `into` $output attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

def Plan_AttendChannelsOp : Plan_LaunchOp<"attend_channels"> {
  let summary = "attention to channels in place of rows";
  let description = [{
    - `attend_channels_c1` query, key, value and output are rows of the same space and width
    - `attend_channels_c2` groups divide the width
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$query, Plan_Buffer:$key, Plan_Buffer:$value,
                       Plan_Buffer:$output, I64Attr:$group_count);
  let assemblyFormat = [{
    $label $query `,` $key `,` $value `into` $output `groups` $group_count attr-dict
    `:` type(operands)
  }];
  let hasVerifier = 1;
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Launches that pass over rows once: norms and arithmetic that nothing took in, copies.

#ifndef TRANSEPT_PLAN_ROW_OPS
#define TRANSEPT_PLAN_ROW_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_NormalizeOp : Plan_LaunchOp<"normalize"> {
  let summary = "a normalization that no product took in";
  let description = [{
    With head_count, each head of a row by itself, all with the same gain.

    - `normalize_c1` input and output are rows of the same space and width
    - `normalize_c2` head_count is positive, and divides the width
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, Transept_Norm:$norm,
                       OptionalAttr<FlatSymbolRefAttr>:$gain, OptionalAttr<FlatSymbolRefAttr>:$shift,
                       OptionalAttr<I64Attr>:$head_count);
  let assemblyFormat = "$label $input `into` $output $norm (`gain` $gain^)? (`shift` $shift^)? attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

def Plan_MeasureRowsOp : Plan_LaunchOp<"measure_rows"> {
  let summary = "mean and variance of each row";
  let description = [{
    - `measure_rows_c1` the output has two numbers for each row of the input
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output);
  let assemblyFormat = "$label $input `into` $output attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

def Plan_NormalizeSequenceOp : Plan_LaunchOp<"normalize_sequence"> {
  let summary = "a normalization of each sequence as a whole, from the measures of its rows";
  let description = [{
    Rows of a space that features become are one sequence.

    - `normalize_sequence_c1` input and output are rows of the same space and width
    - `normalize_sequence_c2` there are two measures for each row of the input
    - `normalize_sequence_c3` epsilon is not negative
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$measures, Plan_Buffer:$output,
                       F64Attr:$epsilon, OptionalAttr<FlatSymbolRefAttr>:$gain,
                       OptionalAttr<FlatSymbolRefAttr>:$shift);
  let assemblyFormat = [{
    $label $input `measures` $measures `into` $output `epsilon` $epsilon (`gain` $gain^)?
    (`shift` $shift^)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Plan_RotateOp : Plan_LaunchOp<"rotate"> {
  let summary = "turn pairs of columns of each head by the row's position";
  let description = [{
    What transept.rotary says, with the positions of the invocation.

    - `rotate_c1` input and output are rows of the same space and width, which is the source or the
      target itself
    - `rotate_c2` head_count is positive, and divides the width
    - `rotate_c3` dims is even and positive, and at most a head's width
    - `rotate_c4` theta and factor are positive
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, I64Attr:$head_count,
                       I64Attr:$dims, F64Attr:$theta, F64Attr:$factor, UnitAttr:$interleaved);
  let assemblyFormat = [{
    $label $input `into` $output `heads` $head_count `dims` $dims `theta` $theta `factor` $factor
    (`interleaved` $interleaved^)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Plan_ElementwiseOp : Plan_LaunchOp<"elementwise"> {
  let summary = "arithmetic that nothing took in";
  let description = [{
    - `elementwise_c1` sums and products, and no others, have a right operand
    - `elementwise_c2` a scale, and nothing else, has a factor
    - `elementwise_c3` activate, and nothing else, has an activation
    - `elementwise_c4` all operands are rows of the same space and width
  }];
  let arguments = (ins StrAttr:$label, Plan_Elementwise:$kind, Plan_Buffer:$left,
                       Optional<Plan_Buffer>:$right, Plan_Buffer:$output,
                       OptionalAttr<F64Attr>:$factor, OptionalAttr<Transept_Activation>:$activation);
  let assemblyFormat = "$label `` $kind $left (`,` $right^)? `into` $output attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

def Plan_TakeRequestedOp : Plan_LaunchOp<"take_requested", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "copy the rows whose vocabulary scores are wanted";
  let description = [{
    - `take_requested_c1` input and output have the same width
    - `take_requested_c2` the output is of the rows that are requested
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output);
  let assemblyFormat = "$label $input `into` $output attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

def Plan_EmitStatesOp : Plan_LaunchOp<"emit_states"> {
  let summary = "copy the last rows of a program to the caller, if it asked";
  let description = [{
    Rows that are requested go to where logits would: they are what the model says of these.
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input);
  let assemblyFormat = "$label $input attr-dict `:` type($input)";
}

#endif

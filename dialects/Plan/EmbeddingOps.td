// SPDX-License-Identifier: Apache-2.0
//
// Launches that make rows: of tokens, of positions, of the caller's numbers, and other numbers of
// rows of these.

#ifndef TRANSEPT_PLAN_EMBEDDING_OPS
#define TRANSEPT_PLAN_EMBEDDING_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_EmbedOp : Plan_LaunchOp<"embed"> {
  let summary = "token embeddings with scale and positions";
  let description = [{
    With `first_zero`, rows at position 0 get zeros in place of their token's numbers.

    - `embed_c1` position_offset is not negative
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$output, FlatSymbolRefAttr:$table,
                       OptionalAttr<FlatSymbolRefAttr>:$positions, F64Attr:$scale,
                       I64Attr:$position_offset, UnitAttr:$first_zero);
  let assemblyFormat = "$label `into` $output `table` $table (`positions` $positions^)? (`first_zero` $first_zero^)? attr-dict `:` type($output)";
  let hasVerifier = 1;
}

def Plan_EmbedPositionsOp : Plan_LaunchOp<"embed_positions"> {
  let summary = "position embeddings that nothing took in";
  let description = [{
    - `embed_positions_c1` offset is not negative
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$output, FlatSymbolRefAttr:$table, I64Attr:$offset);
  let assemblyFormat = "$label `into` $output `table` $table attr-dict `:` type($output)";
  let hasVerifier = 1;
}

def Plan_TakeFeaturesOp : Plan_LaunchOp<"take_features", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "the caller's rows of numbers";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$output);
  let assemblyFormat = "$label `into` $output attr-dict `:` type($output)";
}

def Plan_WindowsOp : Plan_LaunchOp<"windows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "windows of rows for a convolution";
  let description = [{
    The invocation's rows are one sequence.

    - `windows_c1` the output's width is the kernel times the input's
    - `windows_c2` padding and behind, which is the padding where it is left out, are not negative,
      and below the kernel
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, I64Attr:$kernel,
                       I64Attr:$stride, I64Attr:$padding, OptionalAttr<I64Attr>:$padding_behind);
  let assemblyFormat = [{
    $label $input `into` $output `kernel` $kernel `stride` $stride `padding` $padding
    (`behind` $padding_behind^)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Rows of zeros behind a sequence.
    int64_t paddingBehind() { return int64_t(getPaddingBehind().value_or(getPadding())); }
  }];
}

def Plan_PrependOp : Plan_LaunchOp<"prepend", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "learned rows, then the sequence's own";
  let description = [{
    The invocation's rows are one sequence.

    - `prepend_c1` leading_count is positive
    - `prepend_c2` input and output have the same width
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       FlatSymbolRefAttr:$leading, I64Attr:$leading_count);
  let assemblyFormat = [{
    $label $input `into` $output `leading` $leading `count` $leading_count attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Plan_AppendOp : Plan_LaunchOp<"append", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "the sequence's own rows, then learned ones";
  let description = [{
    The invocation's rows are one sequence.

    - `append_c1` trailing_count is positive
    - `append_c2` input and output have the same width
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       FlatSymbolRefAttr:$trailing, I64Attr:$trailing_count);
  let assemblyFormat = [{
    $label $input `into` $output `trailing` $trailing `count` $trailing_count attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Plan_EmbedColumnOp : Plan_LaunchOp<"embed_column"> {
  let summary = "embeddings of the numbers in one column";
  let description = [{
    - `embed_column_c1` column is one of the input's
    - `embed_column_c2` row_count is positive
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       FlatSymbolRefAttr:$table, I64Attr:$row_count, I64Attr:$column);
  let assemblyFormat = [{
    $label $input `into` $output `table` $table `rows` $row_count `column` $column attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Programs, and what is in them beside launches: weights, buffers, views of buffers, barriers.

#ifndef TRANSEPT_PLAN_PROGRAM_OPS
#define TRANSEPT_PLAN_PROGRAM_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_WeightOp : Plan_Op<"weight", [Symbol, SingleBlock, IsolatedFromAbove]> {
  let summary = "a weight as it lies in the library";
  let description = [{
    The region computes the weight from checkpoint tensors, at compile time; `layout` is the order
    it is packed in, `offset` and `size` its place (bytes) among the library's weights.

    - `weight_c1` size is positive, and so is the layout's panel width
    - `weight_c2` only panels hold other numbers than f32
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Plan_Layout:$layout,
                       OptionalAttr<I64Attr>:$offset, I64Attr:$size);
  let regions = (region SizedRegion<1>:$expression);
  let assemblyFormat = "$sym_name $layout (`at` $offset^)? `size` $size attr-dict-with-keyword $expression";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Rows of the weight before it is packed.
    int64_t rowCount();
  }];
}

def Plan_YieldOp : Plan_Op<"yield", [Terminator, HasParent<"WeightOp">]> {
  let summary = "the value of a weight";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Plan_ProgramOp : Plan_Op<"program", [Symbol, SingleBlock, NoTerminator, IsolatedFromAbove]> {
  let summary = "what every worker runs";
  let description = [{
    - `program_c1` it holds buffers, columns of them, launches and barriers
    - `program_c2` a merge_search stands behind a search over as many tokens
    - `program_c3` spare_rows is not negative
  }];
  let arguments = (ins SymbolNameAttr:$sym_name,
                       DefaultValuedAttr<I64Attr, "0">:$arena_bytes_per_row,
                       DefaultValuedAttr<I64Attr, "0">:$spare_rows,
                       DefaultValuedAttr<I64Attr, "0">:$scratch_bytes,
                       DefaultValuedAttr<I64Attr, "0">:$scratch_bytes_per_key,
                       DefaultValuedAttr<TypedArrayAttrBase<Plan_CacheSlot, "cache slots">, "{}">:$slots,
                       OptionalAttr<TypedArrayAttrBase<Plan_ReturnedAttention, "attention weights">>:$attention);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
  let hasRegionVerifier = 1;
}

def Plan_BufferOp : Plan_Op<"buffer"> {
  let summary = "rows at a place of the arena";
  let description = [{
    `offset` counts bytes per row: the buffer begins at offset * rows, where rows are those of the
    program's last space (`source` in encode) and the program's `spare_rows`. A space before a
    convolution has up to `multiple` times as many; the spare rows are for those that fill no
    window.

    - `buffer_c1` multiple is positive
    - `buffer_c2` the width is positive, and the stride not below it
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$offset, DefaultValuedAttr<I64Attr, "1">:$multiple);
  let results = (outs Plan_Buffer:$result);
  let assemblyFormat = "(`at` $offset^)? (`multiple` $multiple^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// What it takes of the arena, for each row of the program: whole cache lines, so that all
    /// buffers begin at one.
    int64_t bytesPerRow();
  }];
}

def Plan_ColumnsOp : Plan_Op<"columns"> {
  let summary = "adjacent columns of a buffer, in place";
  let description = [{
    - `columns_c1` there is a column, and all are columns of the buffer
    - `columns_c2` buffer and result share space and stride
  }];
  let arguments = (ins Plan_Buffer:$buffer, I64Attr:$begin);
  let results = (outs Plan_Buffer:$result);
  let assemblyFormat = "$buffer `from` $begin attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Plan_BarrierOp : Plan_Op<"barrier", [HasParent<"ProgramOp">]> {
  let summary = "wait until every worker is here";
  let assemblyFormat = "attr-dict";
}

#endif

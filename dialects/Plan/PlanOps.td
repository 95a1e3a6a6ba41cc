// SPDX-License-Identifier: Apache-2.0
//
// Programs, their buffers and weights, and one launch op per kernel family.

#ifndef TRANSEPT_PLAN_OPS
#define TRANSEPT_PLAN_OPS

include "dialects/Plan/PlanDialect.td"

class Plan_Op<string mnemonic, list<Trait> traits = []> : Op<Plan_Dialect, mnemonic, traits>;

def Plan_WeightOp : Plan_Op<"weight", [Symbol, SingleBlock, IsolatedFromAbove]> {
  let summary = "a weight as it lies in the library";
  let description = [{
    The region computes the weight from checkpoint tensors, at compile time; `layout` is the order
    it is packed in, `offset` and `size` its place (bytes) among the library's weights.
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, Plan_Layout:$layout,
                       OptionalAttr<I64Attr>:$offset, I64Attr:$size);
  let regions = (region SizedRegion<1>:$expression);
  let assemblyFormat = "$sym_name $layout (`at` $offset^)? `size` $size attr-dict-with-keyword $expression";
}

def Plan_YieldOp : Plan_Op<"yield", [Terminator, HasParent<"WeightOp">]> {
  let summary = "the value of a weight";
  let arguments = (ins AnyType:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Plan_ProgramOp : Plan_Op<"program", [Symbol, SingleBlock, NoTerminator, IsolatedFromAbove]> {
  let summary = "what every worker runs";
  let arguments = (ins SymbolNameAttr:$sym_name,
                       DefaultValuedAttr<I64Attr, "0">:$arena_bytes_per_row,
                       DefaultValuedAttr<I64Attr, "0">:$scratch_bytes,
                       DefaultValuedAttr<I64Attr, "0">:$scratch_bytes_per_key,
                       DefaultValuedAttr<TypedArrayAttrBase<Plan_CacheSlot, "cache slots">, "{}">:$slots,
                       OptionalAttr<TypedArrayAttrBase<Plan_ReturnedAttention, "attention weights">>:$attention);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name attr-dict-with-keyword $body";
}

def Plan_BufferOp : Plan_Op<"buffer"> {
  let summary = "rows at a place of the arena";
  let description = [{
    `offset` counts bytes per row: the buffer begins at offset * rows, where rows are those of the
    program's last space (`source` in encode). A space before a convolution has up to `multiple`
    times as many.
  }];
  let arguments = (ins OptionalAttr<I64Attr>:$offset, DefaultValuedAttr<I64Attr, "1">:$multiple);
  let results = (outs Plan_Buffer:$result);
  let assemblyFormat = "(`at` $offset^)? (`multiple` $multiple^)? attr-dict `:` type($result)";
  let extraClassDeclaration = [{
    /// What it takes of the arena, for each row of the program.
    int64_t bytesPerRow() {
      return int64_t(getMultiple()) * getResult().getType().getStride() * int64_t(sizeof(float));
    }
  }];
}

def Plan_ColumnsOp : Plan_Op<"columns"> {
  let summary = "adjacent columns of a buffer, in place";
  let arguments = (ins Plan_Buffer:$buffer, I64Attr:$begin);
  let results = (outs Plan_Buffer:$result);
  let assemblyFormat = "$buffer `from` $begin attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Plan_BarrierOp : Plan_Op<"barrier"> {
  let summary = "wait until every worker is here";
  let assemblyFormat = "attr-dict";
}

// Launches. `output` is written, other buffers are read. `label` names the graph op it came from.
class Plan_LaunchOp<string mnemonic, list<Trait> traits = []> : Plan_Op<mnemonic, traits>;

def Plan_EmbedOp : Plan_LaunchOp<"embed"> {
  let summary = "token embeddings with scale and positions";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$output, FlatSymbolRefAttr:$table,
                       OptionalAttr<FlatSymbolRefAttr>:$positions, F64Attr:$scale,
                       I64Attr:$position_offset);
  let assemblyFormat = "$label `into` $output `table` $table (`positions` $positions^)? attr-dict `:` type($output)";
}

def Plan_EmbedPositionsOp : Plan_LaunchOp<"embed_positions"> {
  let summary = "position embeddings that nothing took in";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$output, FlatSymbolRefAttr:$table, I64Attr:$offset);
  let assemblyFormat = "$label `into` $output `table` $table attr-dict `:` type($output)";
}

def Plan_TakeFeaturesOp : Plan_LaunchOp<"take_features", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "the caller's rows of numbers";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$output);
  let assemblyFormat = "$label `into` $output attr-dict `:` type($output)";
}

def Plan_WindowsOp : Plan_LaunchOp<"windows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "windows of rows for a convolution";
  let description = "The invocation's rows are one sequence.";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, I64Attr:$kernel,
                       I64Attr:$stride, I64Attr:$padding);
  let assemblyFormat = [{
    $label $input `into` $output `kernel` $kernel `stride` $stride `padding` $padding attr-dict `:` type(operands)
  }];
}

def Plan_PrependOp : Plan_LaunchOp<"prepend", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "learned rows, then the sequence's own";
  let description = "The invocation's rows are one sequence.";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       FlatSymbolRefAttr:$leading, I64Attr:$leading_count);
  let assemblyFormat = [{
    $label $input `into` $output `leading` $leading `count` $leading_count attr-dict `:` type(operands)
  }];
}

def Plan_LinearOp : Plan_LaunchOp<"linear", [AttrSizedOperandSegments]> {
  let summary = "a linear layer with what is fused into it";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       Optional<Plan_Buffer>:$residual, Optional<Plan_Buffer>:$normalized,
                       FlatSymbolRefAttr:$weight, OptionalAttr<FlatSymbolRefAttr>:$bias,
                       OptionalAttr<Transept_Norm>:$norm, OptionalAttr<FlatSymbolRefAttr>:$norm_gain,
                       OptionalAttr<FlatSymbolRefAttr>:$norm_bias,
                       OptionalAttr<Transept_Activation>:$activation, UnitAttr:$gated,
                       Plan_LinearStrategy:$strategy);
  let assemblyFormat = [{
    $label $input `into` $output `weight` $weight (`bias` $bias^)?
    (`norm` $norm^)? (`gain` $norm_gain^)? (`shift` $norm_bias^)? (`normalized` `into` $normalized^)?
    (`activation` `` $activation^)? (`gated` $gated^)? (`residual` $residual^)? $strategy
    attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Plan_AttendOp : Plan_LaunchOp<"attend", [AttrSizedOperandSegments]> {
  let summary = "tiled attention with an online softmax";
  let description = [{
    Keys and values are rows of this invocation (`rows`), the self cache, which the launch first
    appends them to (`pages`), or the encoder cache (`encoder_cache`, no operands). With `bf16`,
    keys and values of this invocation are multiplied as bf16.
  }];
  let arguments = (ins StrAttr:$label, Plan_KeySourceAttr:$keys_from, Plan_Buffer:$query,
                       Optional<Plan_Buffer>:$key, Optional<Plan_Buffer>:$value,
                       Plan_Buffer:$output, OptionalAttr<FlatSymbolRefAttr>:$bias,
                       I64Attr:$head_count, I64Attr:$key_dim, I64Attr:$value_dim, F64Attr:$scale,
                       UnitAttr:$multiplies_bfloats, UnitAttr:$causal, OptionalAttr<I64Attr>:$window_before,
                       OptionalAttr<I64Attr>:$window_after, OptionalAttr<I64Attr>:$bias_reach,
                       OptionalAttr<Plan_CacheSlot>:$key_slot, OptionalAttr<Plan_CacheSlot>:$value_slot);
  let assemblyFormat = [{
    $label `` $keys_from $query (`,` $key^ `,` $value)? `into` $output (`bias` $bias^)? (`bf16` $multiplies_bfloats^)? (`causal` $causal^)?
    (`keys` $key_slot^)? (`values` $value_slot^)? attr-dict `:` type(operands)
  }];
}

def Plan_StoreOp : Plan_LaunchOp<"store"> {
  let summary = "rows into one slot of the encoder cache";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_CacheSlot:$slot);
  let assemblyFormat = "$label $input `into` $slot attr-dict `:` type($input)";
}

def Plan_NormalizeOp : Plan_LaunchOp<"normalize"> {
  let summary = "a normalization that no product took in";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output, Transept_Norm:$norm,
                       OptionalAttr<FlatSymbolRefAttr>:$gain, OptionalAttr<FlatSymbolRefAttr>:$shift);
  let assemblyFormat = "$label $input `into` $output $norm (`gain` $gain^)? (`shift` $shift^)? attr-dict `:` type(operands)";
}

def Plan_ElementwiseOp : Plan_LaunchOp<"elementwise"> {
  let summary = "arithmetic that nothing took in";
  let arguments = (ins StrAttr:$label, Plan_Elementwise:$kind, Plan_Buffer:$left,
                       Optional<Plan_Buffer>:$right, Plan_Buffer:$output,
                       OptionalAttr<F64Attr>:$factor, OptionalAttr<Transept_Activation>:$activation);
  let assemblyFormat = "$label `` $kind $left (`,` $right^)? `into` $output attr-dict `:` type(operands)";
}

def Plan_TakeRequestedOp : Plan_LaunchOp<"take_requested", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "copy the rows whose vocabulary scores are wanted";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output);
  let assemblyFormat = "$label $input `into` $output attr-dict `:` type(operands)";
}

def Plan_EmitStatesOp : Plan_LaunchOp<"emit_states"> {
  let summary = "copy the encoder's states to the caller, if it asked";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input);
  let assemblyFormat = "$label $input attr-dict `:` type($input)";
}

def Plan_SearchOp : Plan_LaunchOp<"search"> {
  let summary = "score the vocabulary block by block";
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, FlatSymbolRefAttr:$weight,
                       OptionalAttr<FlatSymbolRefAttr>:$bias, OptionalAttr<Transept_Norm>:$norm,
                       OptionalAttr<FlatSymbolRefAttr>:$norm_gain,
                       OptionalAttr<FlatSymbolRefAttr>:$norm_bias, I64Attr:$vocabulary_size);
  let assemblyFormat = [{
    $label $input `weight` $weight (`bias` $bias^)? (`norm` $norm^)? (`gain` $norm_gain^)?
    (`shift` $norm_bias^)? attr-dict `:` type($input)
  }];
}

def Plan_MergeSearchOp : Plan_LaunchOp<"merge_search"> {
  let summary = "merge the blocks' best tokens and sums";
  let arguments = (ins StrAttr:$label, I64Attr:$vocabulary_size);
  let assemblyFormat = "$label attr-dict";
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Launches of attention and of the caches it reads.

#ifndef TRANSEPT_PLAN_ATTENTION_OPS
#define TRANSEPT_PLAN_ATTENTION_OPS

include "dialects/Plan/PlanDialect.td"

def Plan_AttendOp : Plan_LaunchOp<"attend", [AttrSizedOperandSegments]> {
  let summary = "tiled attention with an online softmax";
  let description = [{
    Keys and values are rows of this invocation (`rows`), of which those of a space before the source's
    own are one sequence, the self cache, which the launch first
    appends them to (`pages`), the encoder cache (`encoder_cache`, no operands), or rows of another
    space (`other_rows`), all of which each query sees. With `bf16`,
    keys and values of this invocation are multiplied as bf16. With `tiles`, the rows are those of
    one grid, tile by tile, and meet keys of their tile.

    A softmax over keys of two places is two launches. The first leaves in `state` what a row has of
    it, the maximum of the scores and the sum of their exponentials, and in output the values not yet
    divided by that sum; the second goes on from both, its `previous` and `state`.

    - `attend_c1` head_count, key_dim and value_dim are positive
    - `attend_c2` the query is head_count * key_dim wide, the output head_count * value_dim, and both
      are rows of the same space
    - `attend_c3` there are a key and a value, unless they come from the encoder cache
    - `attend_c4` key and value have key_heads heads (head_count where it is left out) as wide as
      those of query and output, and are rows of their space, or both of one other space
    - `attend_c5` there are a key slot and a value slot if a cache is read, and else none
    - `attend_c6` the slots hold keys and values of these heads, in the same type of numbers
    - `attend_c7` a bias has its reach, which is positive, and a reach its bias; with tiles, a bias
      has none
    - `attend_c8` keys of the encoder cache and of another space are all seen, and those of the cache
      have no bias
    - `attend_c9` windows do not end on the wrong side of the query
    - `attend_c10` only keys and values of this invocation are multiplied as bf16
    - `attend_c11` key_heads is positive, and divides head_count
    - `attend_c12` soft_cap is positive
    - `attend_c13` a state has, for each row of the query, two numbers for each head
    - `attend_c14` previous is like output, and needs a state
    - `attend_c15` only keys and values of this invocation are tiles of a grid, without masks
    - `attend_c16` a bias over another space, and no other, has a positive block_size: the rows of the
      query for each key, by whose number its distance is counted
    - `attend_c17` requested keys are hidden only where keys are rows of the query's space
    - `attend_c18` scores are rows of the query's space, for keys that are rows of it or in the self
      cache, without tiles: numbers for the distances scores_before to scores_after of each head, or,
      with a bias, which then has one head and says which bucket, for the heads of each bucket
    - `attend_c19` scores_before and scores_after are not negative, and both there where scores have
      no bias, and else not
    - `attend_c20` a chunk_size, which hides keys behind the query's own chunk of positions and more than
      chunks_before it, is 1 to 2^20, chunks_before is 0 to 2^10 and needs one
  }];
  let arguments = (ins StrAttr:$label, Plan_KeySourceAttr:$keys_from, Plan_Buffer:$query,
                       Optional<Plan_Buffer>:$key, Optional<Plan_Buffer>:$value,
                       Plan_Buffer:$output, Optional<Plan_Buffer>:$state, Optional<Plan_Buffer>:$previous,
                       Optional<Plan_Buffer>:$scores,
                       OptionalAttr<FlatSymbolRefAttr>:$bias,
                       I64Attr:$head_count, I64Attr:$key_dim, I64Attr:$value_dim, F64Attr:$scale,
                       UnitAttr:$multiplies_bfloats, UnitAttr:$causal, UnitAttr:$hides_requested, OptionalAttr<I64Attr>:$window_before,
                       OptionalAttr<I64Attr>:$window_after, OptionalAttr<I64Attr>:$chunk_size,
                       OptionalAttr<I64Attr>:$chunks_before, OptionalAttr<I64Attr>:$bias_reach,
                       OptionalAttr<Plan_CacheSlot>:$key_slot, OptionalAttr<Plan_CacheSlot>:$value_slot,
                       OptionalAttr<I64Attr>:$block_size,
                       OptionalAttr<I64Attr>:$scores_before, OptionalAttr<I64Attr>:$scores_after,
                       OptionalAttr<I64Attr>:$key_heads, OptionalAttr<F64Attr>:$soft_cap,
                       OptionalAttr<Transept_Tiling>:$tiling);
  let builders = [OpBuilder<(ins "const ::transept::plan::AttendParts &":$parts)>];
  let skipDefaultBuilders = 1;
  let assemblyFormat = [{
    $label `` $keys_from $query (`,` $key^ `,` $value)? `into` $output (`state` $state^)? (`previous` $previous^)? (`scores` $scores^)? (`bias` $bias^)? (`blocks` $block_size^)? (`bf16` $multiplies_bfloats^)? (`causal` $causal^)? (`unrequested` $hides_requested^)?
    (`keys` $key_slot^)? (`values` $value_slot^)? (`tiles` $tiling^)? attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Heads of keys and values.
    int64_t keyHeadCount() { return int64_t(getKeyHeads().value_or(getHeadCount())); }
    /// Whether all rows are one sequence, in the order of its positions.
    bool isOneSequence() {
      return getKeysFrom() == KeySource::Rows && !getTiling() && !getQuery().getType().getSpace().isWhole();
    }
  }];
}

def Plan_StoreOp : Plan_LaunchOp<"store"> {
  let summary = "rows into one slot of the encoder cache";
  let description = [{
    - `store_c1` the input is as wide as the slot's heads
  }];
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_CacheSlot:$slot);
  let assemblyFormat = "$label $input `into` $slot attr-dict `:` type($input)";
  let hasVerifier = 1;
}

#endif

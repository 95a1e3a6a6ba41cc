// SPDX-License-Identifier: Apache-2.0
//
// Symbolic masks and position biases: kernels turn them into loop bounds and table look-ups.

#ifndef TRANSEPT_MASK_OPS
#define TRANSEPT_MASK_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_CausalMaskOp : Transept_Op<"causal_mask"> {
  let summary = "let a query see the keys at its own position and before";
  let description = [{
    sees(q, k) = position(k) <= position(q).

    - `causal_mask_c1` keys are of the queries' space, or of its history

    ```mlir
    %mask = transept.causal_mask : !transept.mask<target x target>
    ```
  }];
  let results = (outs Transept_Mask:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Transept_PaddingMaskOp : Transept_Op<"padding_mask"> {
  let summary = "let a query see every key of its own sequence";
  let description = [{
    sees(q, k) = true: what ragged rows give by themselves. Canonicalization removes it.

    ```mlir
    %mask = transept.padding_mask : !transept.mask<target x source>
    ```
  }];
  let results = (outs Transept_Mask:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
}

def Transept_WindowMaskOp : Transept_Op<"window_mask"> {
  let summary = "let a query see keys from `before` positions before it to `after` behind it";
  let description = [{
    sees(q, k) = position(q) - before <= position(k) <= position(q) + after.

    - `window_mask_c1` keys are of the queries' space, or of its history
    - `window_mask_c2` before and after are not negative

    ```mlir
    %mask = transept.window_mask before 128 after 0 : !transept.mask<source x source>
    ```
  }];
  let arguments = (ins Transept_Size:$before, Transept_Size:$after);
  let results = (outs Transept_Mask:$result);
  let assemblyFormat = "`before` $before `after` $after attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Transept_ChunkMaskOp : Transept_Op<"chunk_mask"> {
  let summary = "let a query see the keys of its chunk, and of chunks before it";
  let description = [{
    A chunk is `size` positions, chunk(p) = floor(position(p) / size):
    sees(q, k) = chunk(q) - before <= chunk(k) <= chunk(q); without `before`, all before are seen.

    - `chunk_mask_c1` keys are of the queries' space, or of its history
    - `chunk_mask_c2` size is 1 to 2^20, and before 0 to 2^10

    ```mlir
    %mask = transept.chunk_mask size 64 before 2 : !transept.mask<source x source>
    ```
  }];
  let arguments = (ins Transept_Size:$size, OptionalAttr<Transept_Size>:$before);
  let results = (outs Transept_Mask:$result);
  let assemblyFormat = "`size` $size (`before` $before^)? attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Transept_CombineMasksOp : Transept_Op<"combine_masks", [SameOperandsAndResultType, Commutative]> {
  let summary = "let a query see the keys that both masks let it see";
  let description = [{
    sees(q, k) = lhs sees(q, k) and rhs sees(q, k).

    ```mlir
    %causal = transept.causal_mask : !transept.mask<target x target>
    %window = transept.window_mask before 128 after 128 : !transept.mask<target x target>
    %mask = transept.combine_masks %causal, %window : !transept.mask<target x target>
    ```
  }];
  let arguments = (ins Transept_Mask:$lhs, Transept_Mask:$rhs);
  let results = (outs Transept_Mask:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($result)";
  let hasFolder = 1;
  let hasCanonicalizer = 1;
}

def Transept_UnrequestedMaskOp : Transept_Op<"unrequested_mask"> {
  let summary = "let a query see the keys that nobody requested";
  let description = [{
    sees(q, k) = row k is not a requested one (transept.requested_rows): what all rows see of these
    they see elsewhere.

    - `unrequested_mask_c1` keys are of the queries' space, which is the source

    ```mlir
    %window = transept.window_mask before 256 after 256 : !transept.mask<source x source>
    %others = transept.unrequested_mask : !transept.mask<source x source>
    %mask = transept.combine_masks %window, %others : !transept.mask<source x source>
    ```
  }];
  let results = (outs Transept_Mask:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def Transept_RelativePositionBiasOp : Transept_Op<"relative_position_bias"> {
  let summary = "bias scores by the bucket of key position minus query position";
  let description = [{
    bias[h, q, k] = table[bucket(position(k) - position(q)), h]; buckets are exact for short
    distances and logarithmic up to `maximum_distance` (Raffel et al. 2020, section 2.1; the
    logarithm is computed in f32 and truncated, as the reference implementation does).

    With `blocks` of a size, keys are the rows that transept.sum_blocks makes: a key's position is
    the number of its block, a query's the number of the block that it is in.

    - `relative_position_bias_c1` table is [bucket_count, heads of the result]
    - `relative_position_bias_c2` bucket_count is at least 2 (4 and even when bidirectional)
    - `relative_position_bias_c3` maximum_distance is above the exact distances: half the buckets
      (a quarter when bidirectional)
    - `relative_position_bias_c4` keys are of the queries' space, or of its history; with blocks, of
      another space
    - `relative_position_bias_c5` blocks have a positive size, of at most 65536 rows

    ```mlir
    %table = transept.parameter "encoder.relative_attention_bias.weight" : tensor<32x8xf32>
    %bias = transept.relative_position_bias %table buckets 32 maximum_distance 128 bidirectional
        : tensor<32x8xf32> -> !transept.bias<source x source x 8>
    ```
  }];
  let arguments = (ins Transept_Matrix:$table, Transept_Size:$bucket_count, Transept_Size:$maximum_distance,
                       UnitAttr:$bidirectional, OptionalAttr<Transept_Size>:$block_size);
  let results = (outs Transept_Bias:$result);
  let assemblyFormat = [{
    $table `buckets` $bucket_count `maximum_distance` $maximum_distance
    (`bidirectional` $bidirectional^)? (`blocks` $block_size^)? attr-dict `:` type($table) `->` type($result)
  }];
  let hasVerifier = 1;
}

def Transept_RelativeScoresOp : Transept_Op<"relative_scores", [RowWise]> {
  let summary = "bias scores by what the query's row says of the distance to the key";
  let description = [{
    With d = position(k) - position(q), scores hold a number for each head and distance, `before` to
    `after` (Shaw et al. 2018, Dai et al. 2019):
    bias[h, q, k] = scores[q, h * (before + 1 + after) + before + min(max(d, -before), after)];
    or for each bucket of relative_position_bias and head, in the order of its table (Qi et al. 2020):
    bias[h, q, k] = scores[q, bucket(d - ahead) * heads + h]. `ahead`: queries stand so many positions
    further on than their rows.

    - `relative_scores_c1` there are either distances before and after or buckets with their
      maximum_distance; bidirectional and ahead need buckets
    - `relative_scores_c2` scores are rows of the queries' space, a number for each head and distance
      or bucket
    - `relative_scores_c3` keys are of the queries' space, or of its history
    - `relative_scores_c4` before and after are at most 2^20
    - `relative_scores_c5` bucket_count is at least 2 (4 and even when bidirectional), and
      maximum_distance above the exact distances: half the buckets (a quarter when bidirectional)
    - `relative_scores_c6` ahead is at most 65536

    ```mlir
    func.func @biases(%s: !transept.rows<source x 264 x f32>, %b: !transept.rows<target x 256 x f32>) {
      %near = transept.relative_scores %s before 16 after 16
          : !transept.rows<source x 264 x f32> -> !transept.bias<source x source x 8>
      %buckets = transept.relative_scores %b buckets 32 maximum_distance 128
          : !transept.rows<target x 256 x f32> -> !transept.bias<target x target x 8>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$scores, OptionalAttr<Transept_Size>:$before,
                       OptionalAttr<Transept_Size>:$after, OptionalAttr<Transept_Size>:$bucket_count,
                       OptionalAttr<Transept_Size>:$maximum_distance, UnitAttr:$bidirectional,
                       OptionalAttr<Transept_Size>:$ahead);
  let results = (outs Transept_Bias:$result);
  let assemblyFormat = [{
    $scores (`before` $before^)? (`after` $after^)? (`buckets` $bucket_count^)?
    (`maximum_distance` $maximum_distance^)? (`bidirectional` $bidirectional^)? (`ahead` $ahead^)?
    attr-dict `:` type($scores) `->` type($result)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Numbers of a row of scores for each head.
    int64_t numbersPerHead() {
      return getBucketCount() ? int64_t(*getBucketCount())
                              : int64_t(getBefore().value_or(0)) + 1 + int64_t(getAfter().value_or(0));
    }
  }];
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Attention within a sequence space and across two.

#ifndef TRANSEPT_ATTENTION_OPS
#define TRANSEPT_ATTENTION_OPS

include "dialects/Transept/TranseptTypes.td"

class Transept_AttentionOp<string mnemonic> : Transept_Op<mnemonic, [AttrSizedOperandSegments]> {
  let arguments = (ins Transept_FloatRows:$query, Transept_FloatRows:$key, Transept_FloatRows:$value,
                       Optional<Transept_Mask>:$mask, Optional<Transept_Bias>:$bias,
                       Transept_Size:$head_count, DefaultValuedAttr<Transept_Number, "1.0">:$scale,
                       OptionalAttr<Transept_Size>:$key_head_count,
                       OptionalAttr<Transept_Number>:$soft_cap);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? (`bias` $bias^)? `heads` $head_count
    (`key_heads` $key_head_count^)? (`soft_cap` $soft_cap^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// Heads of keys and values.
    int64_t keyHeads() { return int64_t(getKeyHeadCount().value_or(getHeadCount())); }
  }];
}

defvar AttentionDescription = [{
    For head h, with its columns of query, key and value:
    result = softmax(scale * query key^T + bias, over the keys that mask lets through) value
    (Vaswani et al. 2017, section 3.2). Queries see only keys of their own sequence. A query that
    sees no key yields 0. A mask or bias over the same spaces narrows or shifts the scores; a
    padding mask says nothing that ragged rows do not, and canonicalization drops it.

    With `key_heads` G, keys and values have G heads, each for head_count / G heads of queries that
    follow one another (Ainslie et al. 2023). `soft_cap` c replaces scale * query key^T by
    c tanh(scale * query key^T / c), before the bias.
}];

def Transept_SelfAttentionOp : Transept_AttentionOp<"attention"> {
  let summary = "attend to keys of the queries' own sequence space";
  let description = AttentionDescription # [{
    - `attention_c1` head_count is positive, and divides the width of query; key_heads, which is
      head_count where it is left out, divides those of key and value
    - `attention_c2` heads of query and key have the same width
    - `attention_c3` key and value are rows of the same space
    - `attention_c4` keys are of the queries' space, or of its history
    - `attention_c5` the result has the queries' space, and head_count heads of the values' width
    - `attention_c6` mask and bias are over the spaces of query and key
    - `attention_c7` bias has head_count heads
    - `attention_c8` key_heads is positive, and divides head_count
    - `attention_c9` soft_cap is positive

    ```mlir
    func.func @causal_self_attention(%q: !transept.rows<target x 512 x f32>,
                                     %k: !transept.rows<target x 512 x f32>,
                                     %v: !transept.rows<target x 512 x f32>) {
      %mask = transept.causal_mask : !transept.mask<target x target>
      %mixed = transept.attention %q, %k, %v mask %mask heads 8 {scale = 0.125}
          : (!transept.rows<target x 512 x f32>, !transept.rows<target x 512 x f32>,
             !transept.rows<target x 512 x f32>, !transept.mask<target x target>)
          -> !transept.rows<target x 512 x f32>
      return
    }
    ```
  }];
}

def Transept_CrossAttentionOp : Transept_AttentionOp<"cross_attention"> {
  let summary = "attend to keys of another sequence space";
  let description = AttentionDescription # [{
    - `cross_attention_c1` head_count is positive, and divides the width of query; key_heads, which
      is head_count where it is left out, divides those of key and value
    - `cross_attention_c2` heads of query and key have the same width
    - `cross_attention_c3` key and value are rows of the same space
    - `cross_attention_c4` keys are of another space than the queries
    - `cross_attention_c5` the result has the queries' space, and head_count heads of the values'
      width
    - `cross_attention_c6` mask and bias are over the spaces of query and key
    - `cross_attention_c7` bias has head_count heads
    - `cross_attention_c8` weights, the softmax's result itself, are over the spaces of query and key
      and have head_count heads
    - `cross_attention_c9` key_heads is positive, and divides head_count
    - `cross_attention_c10` soft_cap is positive

    ```mlir
    func.func @look_at_the_source(%q: !transept.rows<target x 512 x f32>,
                                  %k: !transept.rows<source x 512 x f32>,
                                  %v: !transept.rows<source x 512 x f32>) {
      %mixed = transept.cross_attention %q, %k, %v heads 8 {scale = 0.125}
          : (!transept.rows<target x 512 x f32>, !transept.rows<source x 512 x f32>,
             !transept.rows<source x 512 x f32>) -> !transept.rows<target x 512 x f32>
      return
    }
    ```
  }];
  let results = (outs Transept_FloatRows:$result, Optional<Transept_AttentionWeights>:$weights);
}

def Transept_MergedAttentionOp : Transept_Op<"merged_attention", [AttrSizedOperandSegments]> {
  let summary = "attend to keys of the queries' own sequence space and of another one at once";
  let description = [{
    For head h, with its columns: result = softmax(scale * query [key; memory_key]^T + [bias;
    memory_bias]) [value; memory_value], one softmax over those keys of the queries' own space that
    mask lets through and over all of memory; a bias that is left out is 0. Queries see only keys of
    their own sequence. `weights` are the softmax's result itself for the keys of memory: with those
    of the other keys they sum to 1. key_heads and soft_cap are those of attention. Memory of the
    queries' own space is seen row by row: each query sees that of its own position.

    - `merged_attention_c1` head_count is positive, and divides the width of query; key_heads, which
      is head_count where it is left out, divides those of keys and values
    - `merged_attention_c2` heads of query and key have the same width
    - `merged_attention_c3` key and value are rows of the same space
    - `merged_attention_c4` keys are of the queries' space, or of its history
    - `merged_attention_c5` the result has the queries' space, and head_count heads of the values'
      width
    - `merged_attention_c6` mask and bias are over the spaces of query and key
    - `merged_attention_c7` bias has head_count heads
    - `merged_attention_c8` key_heads is positive, and divides head_count
    - `merged_attention_c9` soft_cap is positive
    - `merged_attention_c10` memory_key and memory_value are rows of one space, another one or the
      queries', as wide as key and value
    - `merged_attention_c11` weights are over the spaces of query and memory_key, which is another
      one, and have head_count heads
    - `merged_attention_c12` memory_bias is over the spaces of query and memory_key and has head_count
      heads

    ```mlir
    func.func @look_at_both(%q: !transept.rows<target x 512 x f32>,
                            %k: !transept.rows<target x 512 x f32>,
                            %v: !transept.rows<target x 512 x f32>,
                            %mk: !transept.rows<source x 512 x f32>,
                            %mv: !transept.rows<source x 512 x f32>) {
      %mask = transept.causal_mask : !transept.mask<target x target>
      %mixed = transept.merged_attention %q, %k, %v memory %mk, %mv mask %mask heads 8 {scale = 0.125}
          : (!transept.rows<target x 512 x f32>, !transept.rows<target x 512 x f32>,
             !transept.rows<target x 512 x f32>, !transept.rows<source x 512 x f32>,
             !transept.rows<source x 512 x f32>, !transept.mask<target x target>)
          -> !transept.rows<target x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$query, Transept_FloatRows:$key, Transept_FloatRows:$value,
                       Transept_FloatRows:$memory_key, Transept_FloatRows:$memory_value,
                       Optional<Transept_Mask>:$mask, Optional<Transept_Bias>:$bias,
                       Optional<Transept_Bias>:$memory_bias,
                       Transept_Size:$head_count, DefaultValuedAttr<Transept_Number, "1.0">:$scale,
                       OptionalAttr<Transept_Size>:$key_head_count,
                       OptionalAttr<Transept_Number>:$soft_cap);
  let results = (outs Transept_FloatRows:$result, Optional<Transept_AttentionWeights>:$weights);
  let assemblyFormat = [{
    $query `,` $key `,` $value `memory` $memory_key `,` $memory_value (`mask` $mask^)? (`bias` $bias^)?
    (`memory_bias` $memory_bias^)?
    `heads` $head_count (`key_heads` $key_head_count^)? (`soft_cap` $soft_cap^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let hasCanonicalizer = 1;
  let extraClassDeclaration = [{
    /// Heads of keys and values.
    int64_t keyHeads() { return int64_t(getKeyHeadCount().value_or(getHeadCount())); }
    /// Whether memory is of the queries' own space.
    bool seesOwnMemory() { return getMemoryKey().getType().getSpace() == getQuery().getType().getSpace(); }
  }];
}

def Transept_AverageHeadsOp : Transept_Op<"average_heads"> {
  let summary = "average attention weights over the heads";
  let description = [{
    result[0, q, k] = the mean of weights[h, q, k] over the heads h.

    - `average_heads_c1` the result has one head, and the spaces of the weights

    ```mlir
    func.func @attribute(%weights: !transept.attention_weights<target x source x 8>) {
      %mean = transept.average_heads %weights
          : (!transept.attention_weights<target x source x 8>)
          -> !transept.attention_weights<target x source x 1>
      return
    }
    ```
  }];
  let arguments = (ins Transept_AttentionWeights:$weights);
  let results = (outs Transept_AttentionWeights:$result);
  let assemblyFormat = "$weights attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

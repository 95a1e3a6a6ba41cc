// SPDX-License-Identifier: Apache-2.0
//
// The projection to the vocabulary: whole rows of scores, or only what a search needs of them.

#ifndef TRANSEPT_VOCABULARY_OPS
#define TRANSEPT_VOCABULARY_OPS

include "dialects/Transept/TranseptTypes.td"
include "dialects/Transept/TranseptAttributes.td"

def Transept_LogitsOp : Transept_Op<"logits", [RowWise]> {
  let summary = "score every token of the vocabulary";
  let description = [{
    result = input weight^T + bias; weight is [vocabulary size, hidden size], often the embedding table.
    `soft_cap` c: c tanh(that / c) in place of it.

    - `logits_c1` the weight's inputs equal the input's width
    - `logits_c2` the weight's outputs equal the result's width
    - `logits_c3` bias has one element per token
    - `logits_c4` input and result are rows of the same space
    - `logits_c5` soft_cap is positive

    ```mlir
    func.func @score(%states: !transept.rows<target x 512 x f32>, %table: tensor<58101x512xf32>,
                     %bias: tensor<58101xf32>) {
      %logits = transept.logits %states, %table bias %bias
          : (!transept.rows<target x 512 x f32>, tensor<58101x512xf32>, tensor<58101xf32>)
          -> !transept.rows<target x 58101 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Matrix:$weight, Optional<Transept_Vector>:$bias,
                       OptionalAttr<Transept_Number>:$soft_cap);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`soft_cap` $soft_cap^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transept_SearchVocabularyOp : Transept_Op<"search_vocabulary", [AttrSizedOperandSegments]> {
  let summary = "score the vocabulary and keep only what a search needs";
  let description = [{
    logits = (norm(input) * norm_gain + norm_bias) weight^T + bias, of which the top k with
    log(sum(exp(logits))) leave the kernel; whole rows of logits only where a caller asks.
    `soft_cap` c: logits are c tanh(that / c) in place of it.

    - `search_vocabulary_c1` the weight's inputs equal the input's width
    - `search_vocabulary_c2` the weight's outputs equal the candidates' vocabulary size
    - `search_vocabulary_c3` bias has one element per token
    - `search_vocabulary_c4` norm_gain and norm_bias need norm, and have the input's width
    - `search_vocabulary_c5` input and candidates are of the same space
    - `search_vocabulary_c6` soft_cap is positive

    ```mlir
    func.func @search(%states: !transept.rows<target.requested x 512 x f32>,
                      %table: tensor<58101x512xf32>) {
      %best = transept.search_vocabulary %states, %table
          : (!transept.rows<target.requested x 512 x f32>, tensor<58101x512xf32>)
          -> !transept.candidates<target.requested x 58101>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Matrix:$weight,
                       Optional<Transept_Vector>:$bias, Optional<Transept_Vector>:$norm_gain,
                       Optional<Transept_Vector>:$norm_bias, OptionalAttr<Transept_Norm>:$norm,
                       OptionalAttr<Transept_Number>:$soft_cap);
  let results = (outs Transept_Candidates:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`norm` $norm^)? (`gain` $norm_gain^)? (`shift` $norm_bias^)?
    (`soft_cap` $soft_cap^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

#endif

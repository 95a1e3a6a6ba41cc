// SPDX-License-Identifier: Apache-2.0
//
// Parts of sequences: their first rows, the others, two joined to one, the mean of all; and
// attention that mixes channels in place of rows.

#ifndef TRANSEPT_PART_OPS
#define TRANSEPT_PART_OPS

include "dialects/Transept/TranseptTypes.td"
include "dialects/Transept/TranseptAttributes.td"

def Transept_FirstRowsOp : Transept_Op<"first_rows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "take the first rows of each sequence";
  let description = [{
    The first `count` rows of each sequence, which has at least as many.

    - `first_rows_c1` input and result have the same width
    - `first_rows_c2` count is positive
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source

    ```mlir
    func.func @image(%rows: !transept.rows<source.features x 42 x f32>) {
      %lines = transept.first_rows %rows 19
          : (!transept.rows<source.features x 42 x f32>) -> !transept.rows<source.lines x 42 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Size:$count);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input $count attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_RowsBehindOp : Transept_Op<"rows_behind", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "take the rows behind the first ones of each sequence";
  let description = [{
    All rows of each sequence but its first `count`; it has at least as many.

    - `rows_behind_c1` input and result have the same width
    - `rows_behind_c2` count is positive
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source
    - `makes_space_c3` count is below 65536

    ```mlir
    func.func @prompt(%rows: !transept.rows<source.features x 42 x f32>) {
      %words = transept.rows_behind %rows 19
          : (!transept.rows<source.features x 42 x f32>) -> !transept.rows<source.words x 42 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Size:$count);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input $count attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_ConcatenateRowsOp : Transept_Op<"concatenate_rows",
    [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "put the rows of one space before those of another";
  let description = [{
    The rows of `first`, `count` in each sequence, then those of `second`.

    - `concatenate_rows_c1` first, second and result have the same width
    - `concatenate_rows_c2` count is positive
    - `concatenate_rows_c3` first and second are rows of different spaces derived from the source
    - `makes_space_c1` second and result are rows of different spaces, both derived from the source

    ```mlir
    func.func @join(%image: !transept.rows<source.image x 64 x f32>,
                    %words: !transept.rows<source.words x 64 x f32>) {
      %all = transept.concatenate_rows %image, %words first 7
          : (!transept.rows<source.image x 64 x f32>, !transept.rows<source.words x 64 x f32>)
          -> !transept.rows<source x 64 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$first, Transept_FloatRows:$second,
                       Transept_Size:$count);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $first `,` $second `first` $count attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transept_PrependMeanOp : Transept_Op<"prepend_mean", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "put the mean of a sequence's rows before them";
  let description = [{
    A row that is the mean of all rows of the sequence (0 of none), then these.

    - `prepend_mean_c1` input and result have the same width
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source

    ```mlir
    func.func @pool(%rows: !transept.rows<source.places x 64 x f32>) {
      %all = transept.prepend_mean %rows
          : (!transept.rows<source.places x 64 x f32>) -> !transept.rows<source x 64 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_ChannelAttentionOp : Transept_Op<"channel_attention", [SameOperandsAndResultType]> {
  let summary = "attend to channels in place of rows";
  let description = [{
    Of a sequence of n rows, channels i and j in the same one of `groups` equal groups of columns:

    result[t, i] = sum_j softmax_j(n^-1/2 sum_s query[s, i] key[s, j]) value[t, j]

    (Ding et al. 2022, section 3.2).

    - `channel_attention_c1` groups divide the width
    - `channel_attention_c2` rows are of the source: each depends on all of its sequence

    ```mlir
    func.func @mix(%q: !transept.rows<source x 64 x f32>, %k: !transept.rows<source x 64 x f32>,
                   %v: !transept.rows<source x 64 x f32>) {
      %y = transept.channel_attention %q, %k, %v groups 4 : !transept.rows<source x 64 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$query, Transept_FloatRows:$key,
                       Transept_FloatRows:$value, Transept_Size:$group_count);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$query `,` $key `,` $value `groups` $group_count attr-dict `:` type($result)";
  let hasVerifier = 1;
}

#endif

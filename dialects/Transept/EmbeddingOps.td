// SPDX-License-Identifier: Apache-2.0
//
// From token ids to rows: token embeddings and positions; from features to rows: windows of a
// convolution, learned rows before and behind others, embeddings by numbers in a column.

#ifndef TRANSEPT_EMBEDDING_OPS
#define TRANSEPT_EMBEDDING_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_EmbeddingOp : Transept_Op<"embedding", [RowWise]> {
  let summary = "look up the embedding of each token";
  let description = [{
    result[i] = scale * table[ids[i]] + positions[position(i) + position_offset]

    `table` is [vocabulary size, hidden size]; `positions`, which `fuse-embedding` puts here, is
    [positions, hidden size]. position(i) is row i's position in its sequence. With `first_zero`,
    zeros stand in place of the token's embedding where position(i) is 0, whatever the token.

    - `embedding_c1` table and result have the same width
    - `embedding_c2` ids and result are rows of the same space
    - `embedding_c3` positions and result have the same width
    - `embedding_c4` position_offset is not negative

    ```mlir
    func.func @embed(%ids: !transept.rows<source x 1 x i32>, %table: tensor<58101x512xf32>) {
      %embedded = transept.embedding %ids, %table {scale = 22.627416997969522}
          : (!transept.rows<source x 1 x i32>, tensor<58101x512xf32>)
          -> !transept.rows<source x 512 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_IdRows:$ids, Transept_Matrix:$table,
                       Optional<Transept_Matrix>:$positions,
                       DefaultValuedAttr<Transept_Number, "1.0">:$scale,
                       DefaultValuedAttr<Transept_Size, "0">:$position_offset,
                       UnitAttr:$first_zero);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $ids `,` $table (`positions` $positions^)? (`first_zero` $first_zero^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transept_PositionEmbeddingOp : Transept_Op<"position_embedding", [RowWise]> {
  let summary = "look up the embedding of each row's position";
  let description = [{
    result[i] = table[position(i) + offset]; `rows` (ids or floats) only says which rows.

    - `position_embedding_c1` table and result have the same width
    - `position_embedding_c2` rows and result are rows of the same space
    - `position_embedding_c3` offset is not negative

    ```mlir
    func.func @embed(%ids: !transept.rows<source x 1 x i32>, %table: tensor<1026x768xf32>) {
      %positions = transept.position_embedding %ids, %table {offset = 2}
          : (!transept.rows<source x 1 x i32>, tensor<1026x768xf32>)
          -> !transept.rows<source x 768 x f32>
      return
    }
    ```
  }];
  let arguments = (ins AnyTypeOf<[Transept_IdRows, Transept_FloatRows]>:$rows,
                       Transept_Matrix:$table, DefaultValuedAttr<Transept_Size, "0">:$offset);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$rows `,` $table attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_WindowsOp : Transept_Op<"windows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "gather the windows of rows that a convolution multiplies";
  let description = [{
    result[i, c * kernel + k] = input[i * stride + k - padding, c], 0 outside the sequence. A sequence of
    n rows gives (n + padding + behind - kernel) / stride + 1 rows (none if it is shorter than the
    kernel). `behind` is the padding where it is left out; a causal convolution has kernel - 1 and 0.
    A convolution is a `linear` behind it, with the weight [outputs, channels, kernel] read as
    [outputs, channels * kernel].

    - `windows_c1` the result's width is the kernel times the input's width
    - `windows_c2` padding and behind are not negative, and below the kernel
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source
    - `makes_space_c2` kernel and stride are positive
    - `makes_space_c3` kernel and stride are at most 65536

    ```mlir
    func.func @stem(%frames: !transept.rows<source.features x 80 x f32>) {
      %windows = transept.windows %frames kernel 3 stride 2 padding 1
          : (!transept.rows<source.features x 80 x f32>) -> !transept.rows<source x 240 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Size:$kernel, Transept_Size:$stride,
                       Transept_Size:$padding, OptionalAttr<Transept_Size>:$padding_behind);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $input `kernel` $kernel `stride` $stride `padding` $padding (`behind` $padding_behind^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Rows of zeros behind a sequence.
    int64_t paddingBehind() { return int64_t(getPaddingBehind().value_or(getPadding())); }
  }];
}

def Transept_PrependRowsOp : Transept_Op<"prepend_rows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "put learned rows before the rows of each sequence";
  let description = [{
    The rows of `leading` (class tokens), then the sequence's own.

    - `prepend_rows_c1` leading, input and result have the same width
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source
    - `makes_space_c3` there are at most 65536 rows of `leading`

    ```mlir
    func.func @classify(%patches: !transept.rows<source.patches x 192 x f32>, %token: tensor<1x192xf32>) {
      %rows = transept.prepend_rows %token, %patches
          : (tensor<1x192xf32>, !transept.rows<source.patches x 192 x f32>)
          -> !transept.rows<source x 192 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_Matrix:$leading, Transept_FloatRows:$input);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$leading `,` $input attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_AppendRowsOp : Transept_Op<"append_rows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "put learned rows behind the rows of each sequence";
  let description = [{
    The sequence's own rows, then those of `trailing`, which also stand where it has no others.

    - `append_rows_c1` input, trailing and result have the same width
    - `append_rows_c2` there are 1 to 65536 rows of `trailing`
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source

    ```mlir
    func.func @summarize(%patches: !transept.rows<source.patches x 192 x f32>, %token: tensor<1x192xf32>) {
      %rows = transept.append_rows %patches, %token
          : (!transept.rows<source.patches x 192 x f32>, tensor<1x192xf32>)
          -> !transept.rows<source x 192 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Matrix:$trailing);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input `,` $trailing attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_ColumnEmbeddingOp : Transept_Op<"column_embedding", [RowWise]> {
  let summary = "look up the embedding of the number in one column of each row";
  let description = [{
    result[i] = table[r], with r = input[i, column] without its fraction, but at least 0 and at most
    the table's last row. Callers of a library have to give whole numbers of rows that exist.

    - `column_embedding_c1` table and result have the same width
    - `column_embedding_c2` input and result are rows of the same space
    - `column_embedding_c3` column is one of the input's
    - `column_embedding_c4` table has 1 to 16777216 rows, which f32 can count

    ```mlir
    func.func @embed(%patches: !transept.rows<source x 770 x f32>, %lines: tensor<4096x768xf32>) {
      %embedded = transept.column_embedding %patches, %lines column 0
          : (!transept.rows<source x 770 x f32>, tensor<4096x768xf32>)
          -> !transept.rows<source x 768 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Matrix:$table, Transept_Size:$column);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input `,` $table `column` $column attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

// SPDX-License-Identifier: Apache-2.0
//
// From token ids to rows: token embeddings and positions.

#ifndef TRANSEPT_EMBEDDING_OPS
#define TRANSEPT_EMBEDDING_OPS

include "dialects/Transept/TranseptTypes.td"

def Transept_EmbeddingOp : Transept_Op<"embedding", [RowWise]> {
  let summary = "look up the embedding of each token";
  let description = [{
    result[i] = scale * table[ids[i]] + positions[position(i) + position_offset]

    `table` is [vocabulary size, hidden size]; `positions`, which `fuse-embedding` puts here, is
    [positions, hidden size]. position(i) is row i's position in its sequence.

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
                       DefaultValuedAttr<F64Attr, "1.0">:$scale,
                       DefaultValuedAttr<I64Attr, "0">:$position_offset);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = [{
    $ids `,` $table (`positions` $positions^)? attr-dict `:` functional-type(operands, results)
  }];
  let hasVerifier = 1;
}

def Transept_PositionEmbeddingOp : Transept_Op<"position_embedding", [RowWise]> {
  let summary = "look up the embedding of each row's position";
  let description = [{
    result[i] = table[position(i) + offset]; `ids` only says which rows.

    - `position_embedding_c1` table and result have the same width
    - `position_embedding_c2` ids and result are rows of the same space
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
  let arguments = (ins Transept_IdRows:$ids, Transept_Matrix:$table,
                       DefaultValuedAttr<I64Attr, "0">:$offset);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$ids `,` $table attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

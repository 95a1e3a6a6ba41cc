// SPDX-License-Identifier: Apache-2.0
//
// Rows that lie in a grid, as patches of an image do: tiles of it as sequences, positions within a
// tile, tiles that become one row.

#ifndef TRANSEPT_GRID_OPS
#define TRANSEPT_GRID_OPS

include "dialects/Transept/TranseptTypes.td"
include "dialects/Transept/TranseptAttributes.td"

def Transept_TileRowsOp : Transept_Op<"tile_rows",
    [DeclareOpInterfaceMethods<MakesSpace, ["sequenceLengths"]>]> {
  let summary = "make a sequence of each tile of a grid";
  let description = [{
    Each sequence of the input is a grid, line by line. In the result each tile of it is a sequence
    of its own, so that attention looks at rows of the same tile only (Liu et al. 2021, section
    3.2): tiles line by line, and so the rows within a tile. What fills the grid up to whole tiles
    is rows of zeros.

    - `tile_rows_c1` input and result have the same width
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source

    ```mlir
    func.func @tiles(%patches: !transept.rows<source x 96 x f32>) {
      %tiles = transept.tile_rows %patches <56 by 56, side = 7, shift = 3>
          : (!transept.rows<source x 96 x f32>) -> !transept.rows<source.tiles x 96 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Tiling:$tiling);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input $tiling attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_UntileRowsOp : Transept_Op<"untile_rows"> {
  let summary = "put the rows of tiles back into their grid";
  let description = [{
    The way back from transept.tile_rows: the rows that fill the grid up are left out.

    - `untile_rows_c1` input and result have the same width
    - `untile_rows_c2` input and result are rows of different spaces, both derived from the source

    ```mlir
    func.func @grid(%tiles: !transept.rows<source.tiles x 96 x f32>) {
      %rows = transept.untile_rows %tiles <56 by 56, side = 7, shift = 3>
          : (!transept.rows<source.tiles x 96 x f32>) -> !transept.rows<source x 96 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Tiling:$tiling);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input $tiling attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

def Transept_TilePositionBiasOp : Transept_Op<"tile_position_bias"> {
  let summary = "bias scores by where key and query are in their tile";
  let description = [{
    bias[h, q, k] = table[(line(q) - line(k) + side - 1) * (2 * side - 1) + column(q) - column(k) +
    side - 1, h], with lines and columns counted in the tile that both are in.

    - `tile_position_bias_c1` table is [(2 * side - 1)^2, heads of the result]
    - `tile_position_bias_c2` queries and keys are of the same space

    ```mlir
    %table = transept.parameter "blocks.0.relative_position_bias_table" : tensor<169x3xf32>
    %bias = transept.tile_position_bias %table <56 by 56, side = 7>
        : tensor<169x3xf32> -> !transept.bias<source.tiles x source.tiles x 3>
    ```
  }];
  let arguments = (ins Transept_Matrix:$table, Transept_Tiling:$tiling);
  let results = (outs Transept_Bias:$result);
  let assemblyFormat = "$table $tiling attr-dict `:` type($table) `->` type($result)";
  let hasVerifier = 1;
}

def Transept_MergeTilesOp : Transept_Op<"merge_tiles", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "put the rows of each tile of a grid into one row";
  let description = [{
    result[t, (c * side + l) * width + i] = input[the row at line l and column c of tile t, i], 0
    where the tile reaches beyond the grid: columns of a tile one after another, as patches are
    merged (Liu et al. 2021, section 3.1). Tiles go line by line.

    - `merge_tiles_c1` the result is side^2 times as wide as the input
    - `merge_tiles_c2` tiles are not shifted
    - `makes_space_c1` input and result are rows of different spaces, both derived from the source

    ```mlir
    func.func @merge(%patches: !transept.rows<source.patches x 96 x f32>) {
      %merged = transept.merge_tiles %patches <56 by 56, side = 2>
          : (!transept.rows<source.patches x 96 x f32>) -> !transept.rows<source x 384 x f32>
      return
    }
    ```
  }];
  let arguments = (ins Transept_FloatRows:$input, Transept_Tiling:$tiling);
  let results = (outs Transept_FloatRows:$result);
  let assemblyFormat = "$input $tiling attr-dict `:` functional-type(operands, results)";
  let hasVerifier = 1;
}

#endif

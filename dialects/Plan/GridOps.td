// SPDX-License-Identifier: Apache-2.0
//
// Launches over rows that lie in a grid.

#ifndef TRANSEPT_PLAN_GRID_OPS
#define TRANSEPT_PLAN_GRID_OPS

include "dialects/Plan/PlanDialect.td"

class Plan_GridOp<string mnemonic, list<Trait> traits = []> : Plan_LaunchOp<mnemonic, traits> {
  let arguments = (ins StrAttr:$label, Plan_Buffer:$input, Plan_Buffer:$output,
                       Transept_Tiling:$tiling);
  let assemblyFormat = "$label $input `into` $output $tiling attr-dict `:` type(operands)";
  let hasVerifier = 1;
}

def Plan_TileRowsOp : Plan_GridOp<"tile_rows", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "rows of a grid, tile by tile";
  let description = [{
    The invocation's rows are one sequence, a grid.

    - `tile_rows_c1` input and output have the same width
  }];
}

def Plan_UntileRowsOp : Plan_GridOp<"untile_rows"> {
  let summary = "rows of tiles, back in their grid";
  let description = [{
    - `untile_rows_c1` input and output have the same width
  }];
}

def Plan_MergeTilesOp : Plan_GridOp<"merge_tiles", [DeclareOpInterfaceMethods<MakesSpace>]> {
  let summary = "the rows of each tile of a grid in one";
  let description = [{
    The invocation's rows are one sequence, a grid.

    - `merge_tiles_c1` the output is side^2 times as wide as the input
    - `merge_tiles_c2` tiles are not shifted
  }];
}

#endif

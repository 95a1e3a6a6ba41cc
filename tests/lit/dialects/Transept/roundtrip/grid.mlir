// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Ops over grids survive printing and parsing, with and without a shift.

!rows = !transept.rows<source.patches x 8 x f32>
!tiles = !transept.rows<source.tiles x 8 x f32>
!merged = !transept.rows<source x 32 x f32>

// CHECK-LABEL: func.func @grid
func.func @grid(%x: !rows, %table: tensor<25x2xf32>) {
  // CHECK: transept.tile_rows %{{.*}} <7 by 10, side = 3> : (!transept.rows<source.patches x 8 x f32>) -> !transept.rows<source.tiles x 8 x f32>
  %0 = transept.tile_rows %x <7 by 10, side = 3> : (!rows) -> !tiles
  // CHECK: transept.tile_position_bias %{{.*}} <7 by 10, side = 3, shift = 1> : tensor<25x2xf32> -> <source.tiles x source.tiles x 2>
  %1 = transept.tile_position_bias %table <7 by 10, side = 3, shift = 1>
      : tensor<25x2xf32> -> !transept.bias<source.tiles x source.tiles x 2>
  // CHECK: transept.untile_rows %{{.*}} <7 by 10, side = 3> : (!transept.rows<source.tiles x 8 x f32>) -> !transept.rows<source.patches x 8 x f32>
  %2 = transept.untile_rows %0 <7 by 10, side = 3> : (!tiles) -> !rows
  // CHECK: transept.merge_tiles %{{.*}} <7 by 10, side = 2> : (!transept.rows<source.patches x 8 x f32>) -> !transept.rows<source x 32 x f32>
  %3 = transept.merge_tiles %2 <7 by 10, side = 2> : (!rows) -> !merged
  return
}

// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v4 cache=f32})' --verify-diagnostics | FileCheck %s
// Sequences that are tiles of a grid become attention within tiles, whose bias lies in the order of
// places; a grid has four times as many rows as what it is merged to, and its tiles no more where
// they fill it.

!rows = !transept.rows<source.features x 8 x f32>
!tiles = !transept.rows<source.features.tiles x 8 x f32>
!merged = !transept.rows<source x 32 x f32>

// CHECK:       plan.weight @tile_position_bias <tile_places, 1, f32> size 128
// CHECK-LABEL: plan.program @encode
// CHECK:       %[[X:.*]] = plan.buffer multiple 4 : <source.features x 8
// CHECK:       %[[TILES:.*]] = plan.buffer multiple 4 : <source.features.tiles x 8
// CHECK:       plan.tile_rows "tile_rows" %[[X]] into %[[TILES]] <4 by 6, side = 2>
// CHECK:       plan.attend "attention" rows %[[TILES]], %[[TILES]], %[[TILES]] into %[[MIXED:.*]] bias @tile_position_bias tiles <4 by 6, side = 2>
// CHECK:       plan.untile_rows "untile_rows" %[[MIXED]] into %[[BACK:.*]] <4 by 6, side = 2>
// CHECK:       plan.merge_tiles "merge_tiles" %[[BACK]] into %{{.*}} <4 by 6, side = 2>
func.func @encode(%x: !rows) -> !merged {
  %tiles = transept.tile_rows %x <4 by 6, side = 2> : (!rows) -> !tiles
  %table = transept.parameter "table" : tensor<9x2xf32>
  %bias = transept.tile_position_bias %table <4 by 6, side = 2>
      : tensor<9x2xf32> -> !transept.bias<source.features.tiles x source.features.tiles x 2>
  %mixed = transept.attention %tiles, %tiles, %tiles bias %bias heads 2
      : (!tiles, !tiles, !tiles, !transept.bias<source.features.tiles x source.features.tiles x 2>) -> !tiles
  %back = transept.untile_rows %mixed <4 by 6, side = 2> : (!tiles) -> !rows
  %merged = transept.merge_tiles %back <4 by 6, side = 2> : (!rows) -> !merged
  return %merged : !merged
}
func.func @decode() {
  return
}

// -----

// Tiles go back to where they came from.
!rows = !transept.rows<source.features x 8 x f32>
!tiles = !transept.rows<source.features.tiles x 8 x f32>
func.func @encode(%x: !rows) -> !transept.rows<source x 32 x f32> {
  %tiles = transept.tile_rows %x <4 by 6, side = 2> : (!rows) -> !tiles
  // expected-error@+1 {{expects tiles of this tiling that were made of rows of source.features}}
  %back = transept.untile_rows %tiles <4 by 6, side = 2, shift = 1> : (!tiles) -> !rows
  %merged = transept.merge_tiles %back <4 by 6, side = 2> : (!rows) -> !transept.rows<source x 32 x f32>
  return %merged : !transept.rows<source x 32 x f32>
}
func.func @decode() {
  return
}

// -----

// The runtime knows grids by what merges them.
!rows = !transept.rows<source x 8 x f32>
!tiles = !transept.rows<source.tiles x 8 x f32>
func.func @encode(%x: !rows) -> !rows {
  // expected-error@+1 {{expects merge_tiles, or grid_windows of a height, between features and source as well}}
  %tiles = transept.tile_rows %x <4 by 6, side = 2> : (!rows) -> !tiles
  %back = transept.untile_rows %tiles <4 by 6, side = 2> : (!tiles) -> !rows
  return %back : !rows
}
func.func @decode() {
  return
}

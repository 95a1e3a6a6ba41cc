// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of ops over grids refuses what breaks it.

// tile_rows_c1
func.func @f(%x: !transept.rows<source x 8 x f32>) {
  // expected-error@+1 {{expects input and result to have the same width, but got '!transept.rows<source x 8 x f32>' and '!transept.rows<source.tiles x 9 x f32>'}}
  %0 = transept.tile_rows %x <4 by 4, side = 2>
      : (!transept.rows<source x 8 x f32>) -> !transept.rows<source.tiles x 9 x f32>
  return
}

// -----

// makes_space_c1
func.func @f(%x: !transept.rows<target x 8 x f32>) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source, but got target and source.tiles}}
  %0 = transept.tile_rows %x <4 by 4, side = 2>
      : (!transept.rows<target x 8 x f32>) -> !transept.rows<source.tiles x 8 x f32>
  return
}

// -----

// untile_rows_c1
func.func @f(%x: !transept.rows<source.tiles x 8 x f32>) {
  // expected-error@+1 {{expects input and result to have the same width}}
  %0 = transept.untile_rows %x <4 by 4, side = 2>
      : (!transept.rows<source.tiles x 8 x f32>) -> !transept.rows<source x 9 x f32>
  return
}

// -----

// untile_rows_c2
func.func @f(%x: !transept.rows<source.tiles x 8 x f32>) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source, but got source.tiles and source.tiles}}
  %0 = transept.untile_rows %x <4 by 4, side = 2>
      : (!transept.rows<source.tiles x 8 x f32>) -> !transept.rows<source.tiles x 8 x f32>
  return
}

// -----

// tile_position_bias_c1
func.func @f(%table: tensor<25x2xf32>) {
  // expected-error@+1 {{expects a table of 9 places by 2 heads, but got 'tensor<25x2xf32>'}}
  %0 = transept.tile_position_bias %table <4 by 4, side = 2>
      : tensor<25x2xf32> -> !transept.bias<source.tiles x source.tiles x 2>
  return
}

// -----

// tile_position_bias_c2
func.func @f(%table: tensor<9x2xf32>) {
  // expected-error@+1 {{expects queries and keys of the same space}}
  %0 = transept.tile_position_bias %table <4 by 4, side = 2>
      : tensor<9x2xf32> -> !transept.bias<source.tiles x source x 2>
  return
}

// -----

// merge_tiles_c1
func.func @f(%x: !transept.rows<source.patches x 8 x f32>) {
  // expected-error@+1 {{expects a result that is 4 times as wide as the input}}
  %0 = transept.merge_tiles %x <4 by 4, side = 2>
      : (!transept.rows<source.patches x 8 x f32>) -> !transept.rows<source x 8 x f32>
  return
}

// -----

// merge_tiles_c2
func.func @f(%x: !transept.rows<source.patches x 8 x f32>) {
  // expected-error@+1 {{expects tiles that are not shifted, but got #transept.tiling<4 by 4, side = 2, shift = 1>}}
  %0 = transept.merge_tiles %x <4 by 4, side = 2, shift = 1>
      : (!transept.rows<source.patches x 8 x f32>) -> !transept.rows<source x 32 x f32>
  return
}

// -----

// A tile is not larger than its grid.
func.func @f(%x: !transept.rows<source x 8 x f32>) {
  // expected-error@+1 {{expects a height and a width from side to 65536 and a positive side, but got 4, 4 and 5}}
  %0 = transept.tile_rows %x <4 by 4, side = 5>
      : (!transept.rows<source x 8 x f32>) -> !transept.rows<source.tiles x 8 x f32>
  return
}

// -----

// A shift is less than a tile.
func.func @f(%x: !transept.rows<source x 8 x f32>) {
  // expected-error@+1 {{expects a shift from 0 to side - 1, but got 2 and 2}}
  %0 = transept.tile_rows %x <4 by 4, side = 2, shift = 2>
      : (!transept.rows<source x 8 x f32>) -> !transept.rows<source.tiles x 8 x f32>
  return
}

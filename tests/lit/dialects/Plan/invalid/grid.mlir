// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of launches over grids refuses what breaks it.

// tile_rows_c1
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source x 8, stride 16>
  %1 = plan.buffer : !plan.buffer<source.tiles x 9, stride 16>
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.tile_rows "t" %0 into %1 <4 by 4, side = 2>
    : !plan.buffer<source x 8, stride 16>, !plan.buffer<source.tiles x 9, stride 16>
}

// -----

// untile_rows_c1
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source.tiles x 8, stride 16>
  %1 = plan.buffer : !plan.buffer<source x 9, stride 16>
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.untile_rows "t" %0 into %1 <4 by 4, side = 2>
    : !plan.buffer<source.tiles x 8, stride 16>, !plan.buffer<source x 9, stride 16>
}

// -----

// merge_tiles_c1
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source.patches x 8, stride 16>
  %1 = plan.buffer : !plan.buffer<source x 9, stride 16>
  // expected-error@+1 {{expects an output that is 4 times as wide as the input}}
  plan.merge_tiles "t" %0 into %1 <4 by 4, side = 2>
    : !plan.buffer<source.patches x 8, stride 16>, !plan.buffer<source x 9, stride 16>
}

// -----

// merge_tiles_c2
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source.patches x 8, stride 16>
  %1 = plan.buffer : !plan.buffer<source x 32, stride 32>
  // expected-error@+1 {{expects tiles that are not shifted}}
  plan.merge_tiles "t" %0 into %1 <4 by 4, side = 2, shift = 1>
    : !plan.buffer<source.patches x 8, stride 16>, !plan.buffer<source x 32, stride 32>
}

// -----

// attend_c15
!a = !plan.buffer<source.tiles x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects tiles of rows of the invocation, without masks}}
  plan.attend "a" rows %0, %0, %0 into %0 causal tiles <4 by 4, side = 2> {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c7
!a = !plan.buffer<source.tiles x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{and no bias_reach with tiles}}
  plan.attend "a" rows %0, %0, %0 into %0 bias @d tiles <4 by 4, side = 2> {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, bias_reach = 4 : i64} : !a, !a, !a, !a
}

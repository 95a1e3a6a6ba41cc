// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Launches over grids, and attention within tiles, survive printing and parsing.

!rows = !plan.buffer<source.patches x 8, stride 16>
!tiles = !plan.buffer<source.tiles x 8, stride 16>
!merged = !plan.buffer<source x 32, stride 32>

// CHECK-LABEL: plan.program @encode
plan.program @encode {
  %rows = plan.buffer at 0 : !rows
  %tiles = plan.buffer at 64 : !tiles
  %merged = plan.buffer at 128 : !merged
  // CHECK: plan.tile_rows "tiles" %{{.*}} into %{{.*}} <4 by 6, side = 2, shift = 1> : !plan.buffer
  plan.tile_rows "tiles" %rows into %tiles <4 by 6, side = 2, shift = 1> : !rows, !tiles
  // CHECK: plan.attend "attention" rows {{.*}} tiles <4 by 6, side = 2, shift = 1> {head_count
  plan.attend "attention" rows %tiles, %tiles, %tiles into %tiles tiles <4 by 6, side = 2, shift = 1>
    {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64}
    : !tiles, !tiles, !tiles, !tiles
  // CHECK: plan.untile_rows "grid" %{{.*}} into %{{.*}} <4 by 6, side = 2, shift = 1> : !plan.buffer
  plan.untile_rows "grid" %tiles into %rows <4 by 6, side = 2, shift = 1> : !tiles, !rows
  // CHECK: plan.merge_tiles "merged" %{{.*}} into %{{.*}} <4 by 6, side = 2> : !plan.buffer
  plan.merge_tiles "merged" %rows into %merged <4 by 6, side = 2> : !rows, !merged
}

// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Launches that make rows survive printing and parsing, with every optional part and without.

!frames = !plan.buffer<source.features x 8, stride 16>
!windows = !plan.buffer<source.first x 24, stride 32>
!rows = !plan.buffer<source x 24, stride 32>

plan.weight @table <rows, 1, f32> size 960 {
  %0 = transept.weight_zero : tensor<10x24xf32>
  plan.yield %0 : tensor<10x24xf32>
}
plan.weight @packed <panels, 1, int8> size 280 {
  %0 = transept.weight_zero : tensor<10x24xf32>
  plan.yield %0 : tensor<10x24xf32>
}

plan.program @decode {
  %rows = plan.buffer : !rows
  // CHECK: plan.embed "tokens" into %{{.*}} table @packed positions @table {position_offset = 2 : i64, scale = 8.000000e+00 : f64} : <source x 24, stride 32>
  plan.embed "tokens" into %rows table @packed positions @table {scale = 8.0 : f64, position_offset = 2 : i64} : !rows
  // CHECK: plan.embed "plain" into %{{.*}} table @table {position_offset = 0 : i64, scale = 1.000000e+00 : f64}
  plan.embed "plain" into %rows table @table {scale = 1.0 : f64, position_offset = 0 : i64} : !rows
  // CHECK: plan.embed "started" into %{{.*}} table @table first_zero {position_offset = 0 : i64
  plan.embed "started" into %rows table @table first_zero {scale = 1.0 : f64, position_offset = 0 : i64} : !rows
  // CHECK: plan.embed_positions "positions" into %{{.*}} table @table {offset = 1 : i64} : <source x 24, stride 32>
  plan.embed_positions "positions" into %rows table @table {offset = 1 : i64} : !rows
}

plan.program @encode {
  %frames = plan.buffer : !frames
  %windows = plan.buffer : !windows
  %rows = plan.buffer : !rows
  // CHECK: plan.take_features "features" into %{{.*}} : <source.features x 8, stride 16>
  plan.take_features "features" into %frames : !frames
  // CHECK: plan.windows "windows" %{{.*}} into %{{.*}} kernel 3 stride 2 padding 1 : !plan.buffer<source.features x 8, stride 16>, !plan.buffer<source.first x 24, stride 32>
  plan.windows "windows" %frames into %windows kernel 3 stride 2 padding 1 : !frames, !windows
  // CHECK: plan.prepend "token" %{{.*}} into %{{.*}} leading @table count 2 : !plan.buffer<source.first x 24, stride 32>, !plan.buffer<source x 24, stride 32>
  plan.prepend "token" %windows into %rows leading @table count 2 : !windows, !rows
}

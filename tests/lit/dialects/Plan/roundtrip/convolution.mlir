// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Launches of convolutions, and of parts of sequences, survive printing and parsing.

!rows = !plan.buffer<source x 8, stride 16>
!lines = !plan.buffer<source.features x 15, stride 15>
!places = !plan.buffer<source.places x 27, stride 32>
!image = !plan.buffer<source.image x 8, stride 16>

plan.weight @w <panels, 16, f32> size 576 {
  %w = transept.parameter "w" : tensor<8x9xf32>
  plan.yield %w : tensor<8x9xf32>
}
plan.weight @b <vector, 16, f32> size 64 {
  %b = transept.parameter "b" : tensor<8xf32>
  plan.yield %b : tensor<8xf32>
}

// CHECK-LABEL: plan.program @encode
plan.program @encode {
  %rows = plan.buffer at 0 : !rows
  %other = plan.buffer at 64 : !rows
  %lines = plan.buffer at 128 : !lines
  %places = plan.buffer at 256 : !places
  %image = plan.buffer at 512 : !image
  // CHECK: plan.depthwise "a" %{{.*}} into %{{.*}} weight @w kernel 9 stride 1 padding 4 : !plan.buffer
  plan.depthwise "a" %rows into %other weight @w kernel 9 stride 1 padding 4 : !rows, !rows
  // CHECK: plan.depthwise "b" %{{.*}} into %{{.*}} weight @w bias @b kernel 9 stride 1 padding 8 behind 0 activation silu : !plan.buffer
  plan.depthwise "b" %rows into %other weight @w bias @b kernel 9 stride 1 padding 8 behind 0 activation silu : !rows, !rows
  // CHECK: plan.depthwise "c" %{{.*}} into %{{.*}} weight @w kernel 3 stride 1 padding 1 width 6 : !plan.buffer
  plan.depthwise "c" %rows into %other weight @w kernel 3 stride 1 padding 1 width 6 : !rows, !rows
  // CHECK: plan.grid_windows "d" %{{.*}} into %{{.*}} kernel 3 stride 2 padding 1 width 5 height 7 : !plan.buffer
  plan.grid_windows "d" %lines into %places kernel 3 stride 2 padding 1 width 5 height 7 : !lines, !places
  // CHECK: plan.move_rows "e" %{{.*}} from 3 into %{{.*}} count 0 : !plan.buffer
  plan.move_rows "e" %image from 3 into %rows count 0 : !image, !rows
  // CHECK: plan.prepend_mean "f" %{{.*}} into %{{.*}} : !plan.buffer
  plan.prepend_mean "f" %image into %rows : !image, !rows
  // CHECK: plan.attend_channels "g" %{{.*}}, %{{.*}}, %{{.*}} into %{{.*}} groups 4 : !plan.buffer
  plan.attend_channels "g" %rows, %rows, %rows into %other groups 4 : !rows, !rows, !rows, !rows
  // CHECK: plan.concatenate "h" %{{.*}}, %{{.*}} into %{{.*}} first 3 : !plan.buffer
  plan.concatenate "h" %image, %image into %rows first 3 : !image, !image, !rows
}

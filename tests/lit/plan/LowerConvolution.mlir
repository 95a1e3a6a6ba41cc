// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v4 cache=f32 weights=int8})' --verify-diagnostics | FileCheck %s
// Convolutions of channels keep their few numbers in f32. A row is a line of 2 places, each of which
// was 4 places in a line of 4; 4 frames, which are not filled up, were that.

!frames = !transept.rows<source.features x 8 x f32>
!windows = !transept.rows<source.first x 9 x f32>
!first = !transept.rows<source.first x 16 x f32>
!second = !transept.rows<source.second x 16 x f32>

// CHECK:       plan.weight @parameter_0 <panels, 32, f32>
// CHECK-LABEL: plan.program @encode
// CHECK:       %[[FRAMES:.*]] = plan.buffer multiple 4 : <source.features x 8, stride 8>
// CHECK:       plan.take_features
// CHECK:       %[[WINDOWS:.*]] = plan.buffer multiple 8 : <source.first x 9
// CHECK:       plan.grid_windows "grid_windows" %[[FRAMES]] into %[[WINDOWS]] kernel 3 stride 2 padding 1 width 8
// CHECK:       %[[SECOND:.*]] = plan.buffer multiple 2 : <source.second x 16
// CHECK:       plan.depthwise "depthwise_convolution" %{{.*}} into %[[SECOND]] weight @parameter_0 kernel 3 stride 2 padding 1 width 4
// CHECK:       plan.windows "windows" %[[SECOND]] into %{{.*}} kernel 2 stride 2 padding 0
func.func @encode(%x: !frames) -> !transept.rows<source x 32 x f32> {
  %windows = transept.grid_windows %x kernel 3 stride 2 padding 1 width 8 : (!frames) -> !windows
  %v = transept.parameter "v" : tensor<16x9xf32>
  %places = transept.linear %windows, %v : (!windows, tensor<16x9xf32>) -> !first
  %w = transept.parameter "w" : tensor<16x9xf32>
  %fewer = transept.depthwise_convolution %places, %w kernel 3 stride 2 padding 1 width 4
      : (!first, tensor<16x9xf32>) -> !second
  %line = transept.windows %fewer kernel 2 stride 2 padding 0
      : (!second) -> !transept.rows<source x 32 x f32>
  return %line : !transept.rows<source x 32 x f32>
}
func.func @decode() {
  return
}

// -----

// A library has steps from what it is given to the source's own rows, and none from these.
!rows = !transept.rows<source x 16 x f32>
func.func @encode(%x: !rows) -> !transept.rows<source.fewer x 16 x f32> {
  %w = transept.parameter "w" : tensor<16x3xf32>
  // expected-error@+1 {{expects rows that are made before the source's own, but got '!transept.rows<source x 16 x f32>'}}
  %fewer = transept.depthwise_convolution %x, %w kernel 3 stride 2 padding 1
      : (!rows, tensor<16x3xf32>) -> !transept.rows<source.fewer x 16 x f32>
  return %fewer : !transept.rows<source.fewer x 16 x f32>
}
func.func @decode() {
  return
}

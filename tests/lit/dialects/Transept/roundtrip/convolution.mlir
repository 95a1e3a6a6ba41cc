// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Convolutions survive printing and parsing, with every optional part and without.

!rows = !transept.rows<source x 8 x f32>
!lines = !transept.rows<source.features x 15 x f32>
!places = !transept.rows<source.places x 27 x f32>
!narrow = !transept.rows<source.narrow x 8 x f32>
!fewer = !transept.rows<source.fewer x 8 x f32>

// CHECK-LABEL: func.func @convolutions
func.func @convolutions(%x: !rows, %w: tensor<8x9xf32>, %b: tensor<8xf32>, %lines: !lines,
                        %narrow: !narrow) {
  // CHECK: transept.depthwise_convolution %{{.*}}, %{{.*}} kernel 9 stride 1 padding 4 :
  %0 = transept.depthwise_convolution %x, %w kernel 9 stride 1 padding 4
      : (!rows, tensor<8x9xf32>) -> !rows
  // CHECK: transept.depthwise_convolution %{{.*}}, %{{.*}} bias %{{.*}} kernel 9 stride 1 padding 8 behind 0 activation silu :
  %1 = transept.depthwise_convolution %x, %w bias %b kernel 9 stride 1 padding 8 behind 0 activation silu
      : (!rows, tensor<8x9xf32>, tensor<8xf32>) -> !rows
  // CHECK: transept.depthwise_convolution %{{.*}}, %{{.*}} kernel 3 stride 2 padding 1 width 6 :
  %2 = transept.depthwise_convolution %narrow, %w kernel 3 stride 2 padding 1 width 6
      : (!narrow, tensor<8x9xf32>) -> !fewer
  // CHECK: transept.grid_windows %{{.*}} kernel 3 stride 2 padding 1 width 5 height 7 :
  %3 = transept.grid_windows %lines kernel 3 stride 2 padding 1 width 5 height 7 : (!lines) -> !places
  // CHECK: transept.grid_windows %{{.*}} kernel 2 stride 2 padding 0 width 4 :
  %4 = transept.grid_windows %narrow kernel 2 stride 2 padding 0 width 4
      : (!narrow) -> !transept.rows<source.quarter x 32 x f32>
  return
}

// RUN: transept-opt %s --pass-pipeline='builtin.module(fuse-residuals)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<source x 4 x f32>
!square = tensor<4x4xf32>

// CHECK-COUNT-4: [Passed] fuse-residuals | Category:fusion | {{.*}}fused into the linear before it
// CHECK:         [Missed] fuse-residuals | {{.*}}neither term is a linear that nobody else reads
// CHECK:         [Missed] fuse-residuals |
// CHECK:         [Passed] fuse-residuals |

// add(x, linear(y)) -> linear(y) residual x

// CHECK-LABEL: func.func @fuses
// CHECK:         %[[Y:.*]] = transept.linear %arg0, %{{.*}} activation relu residual %arg1
// CHECK-NEXT:    return %[[Y]]
func.func @fuses(%x: !rows, %y: !rows) -> !rows {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w activation relu : (!rows, !square) -> !rows
  %sum = transept.add %y, %a : !rows
  return %sum : !rows
}

// Its only reader is the sum, so the linear waits for a residual that is defined behind it.

// CHECK-LABEL: func.func @waits
// CHECK:         %[[LATE:.*]] = transept.activation
// CHECK-NEXT:    transept.linear {{.*}} residual %[[LATE]]
func.func @waits(%x: !rows) -> !rows {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w : (!rows, !square) -> !rows
  %late = transept.activation silu %x : !rows
  %sum = transept.add %a, %late : !rows
  return %sum : !rows
}

// Of two linears, the later one takes the other.

// CHECK-LABEL: func.func @two_linears
// CHECK:         %[[FIRST:.*]] = transept.linear %arg0, %[[V:.*]] :
// CHECK:         transept.linear %arg1, %{{.*}} residual %[[FIRST]]
func.func @two_linears(%x: !rows, %y: !rows) -> !rows {
  %v = transept.parameter "v" : !square
  %a = transept.linear %x, %v : (!rows, !square) -> !rows
  %w = transept.parameter "w" : !square
  %b = transept.linear %y, %w : (!rows, !square) -> !rows
  %sum = transept.add %b, %a : !rows
  return %sum : !rows
}

// A chain of residuals, as pre-norm models have it.

// CHECK-LABEL: func.func @chain
// CHECK:         %[[FIRST:.*]] = transept.linear %arg0, %{{.*}} residual %arg0
// CHECK:         transept.linear %[[FIRST]], %{{.*}} :
// CHECK:         return
func.func @chain(%x: !rows) -> (!rows, !rows) {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w : (!rows, !square) -> !rows
  %first = transept.add %a, %x : !rows
  %b = transept.linear %first, %w : (!rows, !square) -> !rows
  return %first, %b : !rows, !rows
}

// CHECK-LABEL: func.func @other_reader
// CHECK:         transept.add
func.func @other_reader(%x: !rows) -> (!rows, !rows) {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w : (!rows, !square) -> !rows
  %sum = transept.add %a, %x : !rows
  return %sum, %a : !rows, !rows
}

// A linear has one residual.

// CHECK-LABEL: func.func @second_residual
// CHECK:         transept.add
func.func @second_residual(%x: !rows) -> !rows {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w residual %x : (!rows, !square, !rows) -> !rows
  %sum = transept.add %a, %x : !rows
  return %sum : !rows
}

!frames = !transept.rows<source.features x 4 x f32>
!windows = !transept.rows<source x 12 x f32>

// A convolution is a linear behind windows: the positions that are added to it become its residual.

// CHECK-LABEL: func.func @convolution
// CHECK:         %[[WINDOWS:.*]] = transept.windows %arg0
// CHECK:         %[[POSITIONS:.*]] = transept.position_embedding %[[WINDOWS]]
// CHECK-NEXT:    %[[Y:.*]] = transept.linear %[[WINDOWS]], %{{.*}} activation gelu residual %[[POSITIONS]]
// CHECK-NEXT:    return %[[Y]]
func.func @convolution(%frames: !frames) -> !rows {
  %windows = transept.windows %frames kernel 3 stride 2 padding 1 : (!frames) -> !windows
  %w = transept.parameter "stem" : tensor<4x12xf32>
  %stem = transept.linear %windows, %w activation gelu : (!windows, tensor<4x12xf32>) -> !rows
  %table = transept.parameter "positions" : tensor<9x4xf32>
  %positions = transept.position_embedding %windows, %table : (!windows, tensor<9x4xf32>) -> !rows
  %y = transept.add %stem, %positions : !rows
  return %y : !rows
}

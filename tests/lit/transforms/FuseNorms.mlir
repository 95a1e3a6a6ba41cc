// RUN: transept-opt %s --pass-pipeline='builtin.module(fuse-norms)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<source x 4 x f32>
!square = tensor<4x4xf32>
!vector = tensor<4xf32>

// CHECK-COUNT-6: [Passed] fuse-norms | Category:fusion | {{.*}}fused into the first linear that reads it
// CHECK-COUNT-4: [Missed] fuse-norms | {{.*}}no linear can run before everything else that reads the norm

// linear(norm(x)) -> linear(x) norm

// CHECK-LABEL: func.func @only_reader
// CHECK:         %[[Y:.*]] = transept.linear %arg0, %{{.*}} norm <rms, epsilon = {{.*}}> gain %{{.*}} activation relu : {{.*}} -> !transept.rows<source x 4 x f32>
// CHECK-NEXT:    return %[[Y]]
func.func @only_reader(%x: !rows) -> !rows {
  %g = transept.parameter "g" : !vector
  %norm = transept.rms_norm %x gain %g epsilon 1.0e-6 : (!rows, !vector) -> !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %norm, %w activation relu : (!rows, !square) -> !rows
  return %y : !rows
}

// Later readers read the second result.

// CHECK-LABEL: func.func @residual_reader
// CHECK:         %[[Y:.*]], %[[NORM:.*]] = transept.linear %arg0, %{{.*}} norm <layer, epsilon = {{.*}}> gain %{{.*}} shift %{{.*}} : {{.*}} -> (!transept.rows<source x 4 x f32>, !transept.rows<source x 4 x f32>)
// CHECK:         transept.linear %[[Y]], %{{.*}} residual %[[NORM]]
func.func @residual_reader(%x: !rows) -> !rows {
  %g = transept.parameter "g" : !vector
  %b = transept.parameter "b" : !vector
  %norm = transept.layer_norm %x gain %g shift %b epsilon 1.0e-5 : (!rows, !vector, !vector) -> !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %norm, %w : (!rows, !square) -> !rows
  %z = transept.linear %y, %w residual %norm : (!rows, !square, !rows) -> !rows
  return %z : !rows
}

// CHECK-LABEL: func.func @two_linears
// CHECK:         %[[Y:.*]], %[[NORM:.*]] = transept.linear %arg0, %{{.*}} norm
// CHECK:         transept.linear %[[NORM]], %{{.*}} activation relu
func.func @two_linears(%x: !rows) -> (!rows, !rows) {
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %norm, %w : (!rows, !square) -> !rows
  %z = transept.linear %norm, %w activation relu : (!rows, !square) -> !rows
  return %y, %z : !rows, !rows
}

// The linear, with its weight, moves in front of another reader.

// CHECK-LABEL: func.func @moves_up
// CHECK:         %[[W:.*]] = transept.parameter "w"
// CHECK-NEXT:    %[[Y:.*]], %[[NORM:.*]] = transept.linear %arg0, %[[W]] norm
// CHECK-NEXT:    transept.activation silu %[[NORM]]
func.func @moves_up(%x: !rows) -> (!rows, !rows) {
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  %a = transept.activation silu %norm : !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %norm, %w : (!rows, !square) -> !rows
  return %a, %y : !rows, !rows
}

// Norms in a chain: the second one's input is the first one's linear.

// CHECK-LABEL: func.func @chain
// CHECK-NOT:     rms_norm
// CHECK:         %[[Y:.*]] = transept.linear %arg0, %{{.*}} norm <rms, epsilon = 9.9{{.*}}>
// CHECK:         transept.linear %[[Y]], %{{.*}} norm <rms, epsilon = 2.0{{.*}}>
// CHECK:         return
func.func @chain(%x: !rows) -> !rows {
  %first = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %first, %w : (!rows, !square) -> !rows
  %second = transept.rms_norm %y epsilon 2.0e-6 : (!rows) -> !rows
  %z = transept.linear %second, %w : (!rows, !square) -> !rows
  return %z : !rows
}

// The residual is not there yet where the norm is read first.

// CHECK-LABEL: func.func @residual_comes_later
// CHECK:         transept.rms_norm
func.func @residual_comes_later(%x: !rows) -> !rows {
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  %a = transept.activation silu %norm : !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %norm, %w residual %a : (!rows, !square, !rows) -> !rows
  return %y : !rows
}

// A linear cannot add what it is about to normalize.

// CHECK-LABEL: func.func @own_residual
// CHECK:         transept.rms_norm
func.func @own_residual(%x: !rows) -> !rows {
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %norm, %w residual %norm : (!rows, !square, !rows) -> !rows
  return %y : !rows
}

// CHECK-LABEL: func.func @no_linear
// CHECK:         transept.rms_norm
func.func @no_linear(%x: !rows) -> !rows {
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  return %norm : !rows
}

// The norm is what the linear adds, not what it multiplies.

// CHECK-LABEL: func.func @only_a_residual
// CHECK:         transept.rms_norm
func.func @only_a_residual(%x: !rows) -> !rows {
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  %w = transept.parameter "w" : !square
  %y = transept.linear %x, %w residual %norm : (!rows, !square, !rows) -> !rows
  return %y : !rows
}

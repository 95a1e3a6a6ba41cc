// RUN: transept-opt %s --pass-pipeline='builtin.module(fuse-activations)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<source x 4 x f32>
!square = tensor<4x4xf32>

// CHECK: [Passed] fuse-activations | Category:fusion | {{.*}}fused into the linear before it
// CHECK: [Missed] fuse-activations | {{.*}}its input is not the result of a linear or a depthwise convolution
// CHECK: [Missed] fuse-activations | {{.*}}what is before it has other readers
// CHECK: [Missed] fuse-activations | {{.*}}what is before it has an activation already
// CHECK: [Missed] fuse-activations | {{.*}}the linear ends with a residual
// CHECK: [Passed] fuse-activations | Category:fusion | {{.*}}fused into the depthwise_convolution before it

// activation(linear(x)) -> linear(x) activation

// CHECK-LABEL: func.func @fuses
// CHECK:         %[[Y:.*]] = transept.linear %arg0, %{{.*}} activation silu
// CHECK-NEXT:    return %[[Y]]
func.func @fuses(%x: !rows) -> !rows {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w : (!rows, !square) -> !rows
  %y = transept.activation silu %a : !rows
  return %y : !rows
}

// CHECK-LABEL: func.func @no_linear
// CHECK:         transept.activation
func.func @no_linear(%x: !rows) -> !rows {
  %y = transept.activation silu %x : !rows
  return %y : !rows
}

// CHECK-LABEL: func.func @other_reader
// CHECK:         transept.activation
func.func @other_reader(%x: !rows) -> (!rows, !rows) {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w : (!rows, !square) -> !rows
  %y = transept.activation silu %a : !rows
  return %a, %y : !rows, !rows
}

// CHECK-LABEL: func.func @second_activation
// CHECK:         transept.activation
func.func @second_activation(%x: !rows) -> !rows {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w activation relu : (!rows, !square) -> !rows
  %y = transept.activation silu %a : !rows
  return %y : !rows
}

// CHECK-LABEL: func.func @behind_a_residual
// CHECK:         transept.activation
func.func @behind_a_residual(%x: !rows) -> !rows {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w residual %x : (!rows, !square, !rows) -> !rows
  %y = transept.activation silu %a : !rows
  return %y : !rows
}

// CHECK-LABEL: func.func @convolution
// CHECK:         %[[Y:.*]] = transept.depthwise_convolution %arg0, %{{.*}} activation silu
// CHECK-NEXT:    return %[[Y]]
func.func @convolution(%x: !rows) -> !rows {
  %w = transept.parameter "w" : tensor<4x3xf32>
  %a = transept.depthwise_convolution %x, %w kernel 3 stride 1 padding 1
      : (!rows, tensor<4x3xf32>) -> !rows
  %y = transept.activation silu %a : !rows
  return %y : !rows
}

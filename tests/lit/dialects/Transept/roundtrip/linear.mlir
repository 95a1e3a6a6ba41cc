// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Row-wise arithmetic: linear layers as imported and fused, and the small ops.

!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>

// CHECK-LABEL: func @linear
func.func @linear(%x: !x, %w: tensor<16x8xf32>, %b: tensor<16xf32>, %v: tensor<8xf32>) {
  // CHECK: transept.linear %{{[^ ]*}}, %{{[^ ]*}} : (
  %0 = transept.linear %x, %w : (!x, tensor<16x8xf32>) -> !y
  // CHECK: transept.linear %{{[^ ]*}}, %{{[^ ]*}} bias %{{[^ ]*}} activation gelu_tanh : (
  %1 = transept.linear %x, %w bias %b activation gelu_tanh : (!x, tensor<16x8xf32>, tensor<16xf32>) -> !y
  // CHECK: %{{.*}}, %normalized = transept.linear %{{[^ ]*}}, %{{[^ ]*}} norm <layer, epsilon = 1.000000e-03> gain %{{[^ ]*}} shift %{{[^ ]*}} activation silu gated residual %
  %2, %n = transept.linear %x, %w norm <layer, epsilon = 1.0e-3> gain %v shift %v activation silu
      gated residual %x : (!x, tensor<16x8xf32>, tensor<8xf32>, tensor<8xf32>, !x) -> (!x, !x)
  return
}

// CHECK-LABEL: func @small_ops
func.func @small_ops(%x: !x) {
  // CHECK: transept.activation gelu %
  %0 = transept.activation gelu %x : !x
  // CHECK: transept.gate %{{.*}}, %{{.*}} : <source x 8 x f32>
  %1 = transept.gate %0, %x : !x
  // CHECK: transept.add
  %2 = transept.add %1, %x : !x
  // CHECK: transept.scale %{{.*}} by 5.000000e-01 :
  %3 = transept.scale %2 by 0.5 : !x
  // CHECK: transept.activation sigmoid %
  %5 = transept.activation sigmoid %3 : !x
  // CHECK: transept.activation tanh %
  %6 = transept.activation tanh %3 : !x
  // CHECK: transept.activation asinh %
  %7 = transept.activation asinh %3 : !x
  // CHECK: transept.slice_columns %{{.*}} from 4 : (!transept.rows<source x 8 x f32>) -> !transept.rows<source x 2 x f32>
  %4 = transept.slice_columns %3 from 4 : (!x) -> !transept.rows<source x 2 x f32>
  return
}

// CHECK-LABEL: func @heads
func.func @heads(%x: !transept.rows<source x 8 x f32>, %w: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // CHECK: transept.head_linear %{{.*}} weights %{{.*}} heads 2 : (!transept.rows<source x 8 x f32>, tensor<3x4xf32>) -> !transept.rows<source x 6 x f32>
  %0 = transept.head_linear %x weights %w heads 2
      : (!transept.rows<source x 8 x f32>, tensor<3x4xf32>) -> !transept.rows<source x 6 x f32>
  // CHECK: transept.head_linear %{{.*}} weights %{{.*}}, %{{.*}} biases %{{.*}}, %{{.*}} heads 2 : (
  %1 = transept.head_linear %x weights %w, %w biases %b, %b heads 2
      : (!transept.rows<source x 8 x f32>, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3xf32>, tensor<3xf32>)
      -> !transept.rows<source x 6 x f32>
  return
}

// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Norms with and without gain and shift.

!x = !transept.rows<source x 8 x f32>

// CHECK-LABEL: func @norms
func.func @norms(%x: !x, %v: tensor<8xf32>) {
  // CHECK: transept.layer_norm %{{[^ ]*}} epsilon 1.000000e-03 :
  %0 = transept.layer_norm %x epsilon 1.0e-3 : (!x) -> !x
  // CHECK: transept.layer_norm %{{[^ ]*}} shift %{{[^ ]*}} epsilon
  %1 = transept.layer_norm %x shift %v epsilon 1.0e-3 : (!x, tensor<8xf32>) -> !x
  // CHECK: transept.layer_norm %{{[^ ]*}} gain %{{[^ ]*}} shift %{{[^ ]*}} epsilon
  %2 = transept.layer_norm %x gain %v shift %v epsilon 1.0e-3
      : (!x, tensor<8xf32>, tensor<8xf32>) -> !x
  // CHECK: transept.rms_norm %{{[^ ]*}} gain %{{[^ ]*}} epsilon
  %3 = transept.rms_norm %x gain %v epsilon 1.0e-3 : (!x, tensor<8xf32>) -> !x
  // CHECK: transept.sequence_norm %{{[^ ]*}} epsilon
  %5 = transept.sequence_norm %x epsilon 1.0e-3 : (!x) -> !x
  // CHECK: transept.sequence_norm %{{[^ ]*}} gain %{{[^ ]*}} shift %{{[^ ]*}} epsilon
  %6 = transept.sequence_norm %x gain %v shift %v epsilon 1.0e-3
      : (!x, tensor<8xf32>, tensor<8xf32>) -> !x
  // CHECK: transept.rms_norm %{{[^ ]*}} heads 2 gain %{{[^ ]*}} epsilon
  %h = transept.parameter "heads" : tensor<4xf32>
  %4 = transept.rms_norm %x heads 2 gain %h epsilon 1.0e-3 : (!x, tensor<4xf32>) -> !x
  return
}

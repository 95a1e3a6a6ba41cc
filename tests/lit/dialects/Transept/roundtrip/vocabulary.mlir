// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// The vocabulary projection, whole and as a search sees it.

!target = !transept.rows<target x 8 x f32>
!wanted = !transept.rows<target.requested x 8 x f32>

// CHECK-LABEL: func @vocabulary
func.func @vocabulary(%x: !target, %w: tensor<10x8xf32>, %b: tensor<10xf32>, %g: tensor<8xf32>) {
  // CHECK: transept.logits %{{.*}}, %{{.*}} bias %{{.*}} : ({{.*}}) -> !transept.rows<target x 10 x f32>
  %0 = transept.logits %x, %w bias %b
      : (!target, tensor<10x8xf32>, tensor<10xf32>) -> !transept.rows<target x 10 x f32>
  // CHECK: transept.requested_rows %{{.*}} -> !transept.rows<target.requested x 8 x f32>
  %1 = transept.requested_rows %x : (!target) -> !wanted
  // CHECK: transept.search_vocabulary %{{.*}} bias %{{.*}} norm <rms, epsilon = 1.000000e-03> gain %{{.*}} -> !transept.candidates<target.requested x 10>
  %2 = transept.search_vocabulary %1, %w bias %b norm <rms, epsilon = 1.0e-3> gain %g
      : (!wanted, tensor<10x8xf32>, tensor<10xf32>, tensor<8xf32>)
      -> !transept.candidates<target.requested x 10>
  // CHECK: transept.logits %{{.*}}, %{{.*}} bias %{{.*}} soft_cap 3.000000e+01 :
  %3 = transept.logits %x, %w bias %b soft_cap 30.0
      : (!target, tensor<10x8xf32>, tensor<10xf32>) -> !transept.rows<target x 10 x f32>
  // CHECK: transept.search_vocabulary %{{.*}}, %{{.*}} soft_cap 3.000000e+01 :
  %4 = transept.search_vocabulary %1, %w soft_cap 30.0
      : (!wanted, tensor<10x8xf32>) -> !transept.candidates<target.requested x 10>
  return
}

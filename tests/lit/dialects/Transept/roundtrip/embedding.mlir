// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Embeddings: imported, and with positions fused in.

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 8 x f32>

// CHECK-LABEL: func @embedding
func.func @embedding(%ids: !ids, %table: tensor<10x8xf32>, %positions: tensor<20x8xf32>) {
  // CHECK: transept.embedding %{{.*}}, %{{.*}} : (!transept.rows<source x 1 x i32>
  %0 = transept.embedding %ids, %table : (!ids, tensor<10x8xf32>) -> !rows
  // CHECK: transept.embedding %{{.*}}, %{{.*}} positions %{{.*}} {position_offset = 2 : i64, scale = 2.000000e+00 : f64}
  %1 = transept.embedding %ids, %table positions %positions {scale = 2.0, position_offset = 2}
      : (!ids, tensor<10x8xf32>, tensor<20x8xf32>) -> !rows
  // CHECK: transept.position_embedding %{{.*}}, %{{.*}} {offset = 2 : i64}
  %2 = transept.position_embedding %ids, %positions {offset = 2} : (!ids, tensor<20x8xf32>) -> !rows
  return
}

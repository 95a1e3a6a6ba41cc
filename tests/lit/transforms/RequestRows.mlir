// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(request-rows)' | FileCheck %s
// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(request-rows)' --remarks-filter=staging --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Passed] request-rows | Category:staging | Remark="runs on requested rows only, and so does what follows"

!ids = !transept.rows<target x 1 x i32>
!rows = !transept.rows<target x 4 x f32>
!weight = tensor<9x4xf32>
!logits = !transept.rows<target x 9 x f32>

// The chain logits(scale(norm(sum))) runs on requested rows; the sum reads two rows and does not.

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    -> !transept.rows<target.requested x 9 x f32>
// CHECK:         %[[SUM:.*]] = transept.add {{.*}} : <target x 4 x f32>
// CHECK:         %[[ROWS:.*]] = transept.requested_rows %[[SUM]] {{.*}} -> !transept.rows<target.requested x 4 x f32>
// CHECK:         %[[NORM:.*]] = transept.rms_norm %[[ROWS]] {{.*}} -> !transept.rows<target.requested x 4 x f32>
// CHECK:         %[[SCALED:.*]] = transept.scale %[[NORM]] {{.*}} : <target.requested x 4 x f32>
// CHECK:         transept.logits %[[SCALED]]
func.func @decode(%ids: !ids) -> !logits {
  %table = transept.parameter "t" : !weight
  %x = transept.embedding %ids, %table : (!ids, !weight) -> !rows
  %y = transept.position_embedding %ids, %table : (!ids, !weight) -> !rows
  %sum = transept.add %x, %y : !rows
  %norm = transept.rms_norm %sum epsilon 1.0e-6 : (!rows) -> !rows
  %scaled = transept.scale %norm by 0.5 : !rows
  %weight = transept.parameter "w" : !weight
  %logits = transept.logits %scaled, %weight : (!rows, !weight) -> !logits
  return %logits : !logits
}

// -----

!ids = !transept.rows<target x 1 x i32>
!rows = !transept.rows<target x 4 x f32>

// A value that someone else reads ends the chain.

// CHECK-LABEL: func.func @decode
// CHECK:         %[[NORM:.*]] = transept.rms_norm {{.*}} -> !transept.rows<target x 4 x f32>
// CHECK:         %[[ROWS:.*]] = transept.requested_rows %[[NORM]]
// CHECK:         transept.scale %[[ROWS]] by 5.0{{.*}} : <target.requested x 4 x f32>
// CHECK:         %[[OTHER:.*]] = transept.scale %[[NORM]] by 7.0{{.*}} : <target x 4 x f32>
func.func @decode(%ids: !ids) -> !rows {
  %table = transept.parameter "t" : tensor<9x4xf32>
  %x = transept.embedding %ids, %table : (!ids, tensor<9x4xf32>) -> !rows
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  %scaled = transept.scale %norm by 5.0 : !rows
  %other = transept.scale %norm by 7.0 : !rows
  return %scaled : !rows
}

// -----

!ids = !transept.rows<target x 1 x i32>
!rows = !transept.rows<target x 4 x f32>

// Token ids stay ids of all rows.

// CHECK-LABEL: func.func @decode
// CHECK:         %[[STATES:.*]] = transept.embedding {{.*}} -> !transept.rows<target x 4 x f32>
// CHECK:         transept.requested_rows %[[STATES]]
func.func @decode(%ids: !ids) -> !rows {
  %table = transept.parameter "t" : tensor<9x4xf32>
  %states = transept.embedding %ids, %table : (!ids, tensor<9x4xf32>) -> !rows
  return %states : !rows
}

// -----

!ids = !transept.rows<target x 1 x i32>
!rows = !transept.rows<target x 4 x f32>

// Attention mixes rows, and reads all of them.

// CHECK-LABEL: func.func @decode
// CHECK:         %[[X:.*]] = transept.embedding
// CHECK:         %[[SELF:.*]] = transept.attention
// CHECK:         %[[A:.*]] = transept.requested_rows %[[SELF]]
// CHECK:         %[[B:.*]] = transept.requested_rows %[[X]]
// CHECK:         return %[[A]], %[[B]]
func.func @decode(%ids: !ids) -> (!rows, !rows) {
  %table = transept.parameter "t" : tensor<9x4xf32>
  %x = transept.embedding %ids, %table : (!ids, tensor<9x4xf32>) -> !rows
  %self = transept.attention %x, %x, %x heads 2 : (!rows, !rows, !rows) -> !rows
  return %self, %x : !rows, !rows
}

// -----

!rows = !transept.rows<target x 4 x f32>

// Whole targets are wanted whole.

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    -> !transept.rows<target x 4 x f32>
// CHECK-NOT:     requested
// CHECK:         return
func.func @decode(%x: !rows) -> !rows {
  %norm = transept.rms_norm %x epsilon 1.0e-6 : (!rows) -> !rows
  return %norm : !rows
}

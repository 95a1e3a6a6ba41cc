// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(fuse-vocabulary-search)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s

// Remarks come before what is printed.
// CHECK: [Passed] fuse-vocabulary-search | Category:fusion | {{.*}}decode returns candidates
// CHECK: [Passed] fuse-vocabulary-search | Category:fusion | {{.*}}decode returns candidates
// CHECK: [Missed] fuse-vocabulary-search | {{.*}}this result of decode is not logits
// CHECK: [Missed] fuse-vocabulary-search | {{.*}}something else reads the logits

!rows = !transept.rows<target.requested x 4 x f32>
!logits = !transept.rows<target.requested x 9 x f32>
!table = tensor<9x4xf32>
!vector = tensor<4xf32>

// logits(norm(x), W, b) -> search_vocabulary(x, W, b) norm, where nobody else reads the norm

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    -> !transept.candidates<target.requested x 9>
// CHECK:         %[[Y:.*]] = transept.search_vocabulary %arg0, %{{.*}} bias %{{.*}} norm <layer, epsilon = {{.*}}> gain %{{.*}} shift %{{.*}} :
// CHECK:         return %[[Y]]
func.func @decode(%x: !rows) -> !logits {
  %g = transept.parameter "g" : !vector
  %c = transept.parameter "c" : !vector
  %norm = transept.layer_norm %x gain %g shift %c epsilon 1.0e-5 : (!rows, !vector, !vector) -> !rows
  %w = transept.parameter "w" : !table
  %b = transept.parameter "b" : tensor<9xf32>
  %logits = transept.logits %norm, %w bias %b : (!rows, !table, tensor<9xf32>) -> !logits
  return %logits : !logits
}

// -----

!rows = !transept.rows<target.requested x 4 x f32>
!logits = !transept.rows<target.requested x 9 x f32>
!table = tensor<9x4xf32>

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    -> (!transept.candidates<target.requested x 9>, !transept.rows<target.requested x 4 x f32>)
// CHECK:         %[[NORM:.*]] = transept.rms_norm
// CHECK:         transept.search_vocabulary %[[NORM]], %{{.*}} :
func.func @decode(%x: !rows) -> (!logits, !rows) {
  %norm = transept.rms_norm %x epsilon 1.0e-5 : (!rows) -> !rows
  %w = transept.parameter "w" : !table
  %logits = transept.logits %norm, %w : (!rows, !table) -> !logits
  return %logits, %norm : !logits, !rows
}

// -----

!rows = !transept.rows<target.requested x 4 x f32>
!logits = !transept.rows<target.requested x 9 x f32>
!table = tensor<9x4xf32>

// CHECK-LABEL: func.func @decode
// CHECK:         transept.logits
func.func @decode(%x: !rows) -> !logits {
  %w = transept.parameter "w" : !table
  %logits = transept.logits %x, %w : (!rows, !table) -> !logits
  %other = transept.scale %logits by 2.0 : !logits
  return %logits : !logits
}

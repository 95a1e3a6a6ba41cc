// RUN: transept-opt %s --pass-pipeline='builtin.module(fuse-embedding)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 4 x f32>
!table = tensor<9x4xf32>

// CHECK: [Passed] fuse-embedding | Category:fusion | {{.*}}fused positions into the embedding
// CHECK: [Missed] fuse-embedding | {{.*}}the two are of different rows

// add(embedding(ids, E), position_embedding(ids, P)) -> embedding(ids, E) positions P; the scale is
// the tokens' alone.

// CHECK-LABEL: func.func @fuses
// CHECK:         %[[P:.*]] = transept.parameter "p"
// CHECK:         %[[Y:.*]] = transept.embedding %arg0, %{{.*}} positions %[[P]] {position_offset = 2 : i64, scale = 3.0{{.*}}}
// CHECK-NEXT:    return %[[Y]]
func.func @fuses(%ids: !ids) -> !rows {
  %e = transept.parameter "e" : !table
  %tokens = transept.embedding %ids, %e {scale = 3.0 : f64} : (!ids, !table) -> !rows
  %p = transept.parameter "p" : !table
  %positions = transept.position_embedding %ids, %p {offset = 2} : (!ids, !table) -> !rows
  %y = transept.add %positions, %tokens : !rows
  return %y : !rows
}

// Positions of features have no embedding to go into.

// CHECK-LABEL: func.func @features
// CHECK:         %[[POSITIONS:.*]] = transept.position_embedding %arg0
// CHECK:         transept.add %arg0, %[[POSITIONS]]
func.func @features(%x: !rows) -> !rows {
  %p = transept.parameter "p" : !table
  %positions = transept.position_embedding %x, %p : (!rows, !table) -> !rows
  %y = transept.add %x, %positions : !rows
  return %y : !rows
}

// CHECK-LABEL: func.func @different_rows
// CHECK:         transept.add
func.func @different_rows(%ids: !ids, %others: !ids) -> !rows {
  %e = transept.parameter "e" : !table
  %tokens = transept.embedding %ids, %e : (!ids, !table) -> !rows
  %positions = transept.position_embedding %others, %e : (!ids, !table) -> !rows
  %y = transept.add %tokens, %positions : !rows
  return %y : !rows
}

// CHECK-LABEL: func.func @other_reader
// CHECK:         transept.add
func.func @other_reader(%ids: !ids) -> (!rows, !rows) {
  %e = transept.parameter "e" : !table
  %tokens = transept.embedding %ids, %e : (!ids, !table) -> !rows
  %positions = transept.position_embedding %ids, %e : (!ids, !table) -> !rows
  %y = transept.add %tokens, %positions : !rows
  return %y, %tokens : !rows, !rows
}

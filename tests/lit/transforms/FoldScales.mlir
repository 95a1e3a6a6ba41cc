// RUN: transept-opt %s --pass-pipeline='builtin.module(fold-scales)' --remarks-filter=weights --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<target x 4 x f32>
!ids = !transept.rows<target x 1 x i32>
!square = tensor<4x4xf32>
!vector = tensor<4xf32>
!table = tensor<9x4xf32>
!logits = !transept.rows<target x 9 x f32>

// CHECK: [Passed] fold-scales | Category:weights | {{.*}}folded into the norm's gain
// CHECK: [Passed] fold-scales | {{.*}}folded into the weight before it
// CHECK: [Passed] fold-scales | {{.*}}folded into the weights behind it
// CHECK: [Missed] fold-scales | {{.*}}neither a norm's gain nor a weight is there for this scale alone
// CHECK: [Passed] fold-scales | {{.*}}folded into the embedding table
// CHECK: [Missed] fold-scales | {{.*}}the embedding table is shared

// scale(norm(x) * g + b, s) -> norm(x) * s g + s b

// CHECK-LABEL: func.func @into_norm
// CHECK-DAG:     %[[G:.*]] = transept.weight_scale %{{.*}} by 2.5
// CHECK-DAG:     %[[B:.*]] = transept.weight_scale %{{.*}} by 2.5
// CHECK:         %[[NORM:.*]] = transept.layer_norm %arg0 gain %[[G]] shift %[[B]]
// CHECK:         return %[[NORM]]
func.func @into_norm(%x: !rows) -> !rows {
  %g = transept.parameter "into_norm.g" : !vector
  %b = transept.parameter "into_norm.b" : !vector
  %norm = transept.layer_norm %x gain %g shift %b epsilon 1.0e-5 : (!rows, !vector, !vector) -> !rows
  %scaled = transept.scale %norm by 2.5 : !rows
  return %scaled : !rows
}

// scale(linear(x, W, b), s) -> linear(x, s W, s b)

// CHECK-LABEL: func.func @into_producer
// CHECK-COUNT-2: transept.weight_scale %{{.*}} by 2.5
// CHECK:         %[[Y:.*]] = transept.linear
// CHECK:         return %[[Y]]
func.func @into_producer(%x: !rows) -> !rows {
  %w = transept.parameter "into_producer.w" : !square
  %b = transept.parameter "into_producer.b" : !vector
  %y = transept.linear %x, %w bias %b : (!rows, !square, !vector) -> !rows
  %scaled = transept.scale %y by 2.5 : !rows
  return %scaled : !rows
}

// logits(scale(x, s), W, b) -> logits(x, s W, b): the bias is not scaled

// CHECK-LABEL: func.func @into_readers
// CHECK:         %[[B:.*]] = transept.parameter "into_readers.b"
// CHECK:         %[[W:.*]] = transept.weight_scale %{{.*}} by 2.5
// CHECK:         transept.logits %arg0, %[[W]] bias %[[B]]
func.func @into_readers(%x: !rows) -> !logits {
  %w = transept.parameter "into_readers.w" : !table
  %b = transept.parameter "into_readers.b" : tensor<9xf32>
  %scaled = transept.scale %x by 2.5 : !rows
  %y = transept.logits %scaled, %w bias %b : (!rows, !table, tensor<9xf32>) -> !logits
  return %y : !logits
}

// A table that embeds tokens elsewhere cannot take the scale of the states before the logits.

// CHECK-LABEL: func.func @shared_table
// CHECK:         transept.scale %arg0 by 2.5
func.func @shared_table(%x: !rows, %ids: !ids) -> (!logits, !rows) {
  %w = transept.parameter "shared" : !table
  %scaled = transept.scale %x by 2.5 : !rows
  %y = transept.logits %scaled, %w : (!rows, !table) -> !logits
  %e = transept.embedding %ids, %w : (!ids, !table) -> !rows
  return %y, %e : !logits, !rows
}

// embedding(ids, E, scale = s) -> embedding(ids, s E)

// CHECK-LABEL: func.func @into_table
// CHECK:         %[[E:.*]] = transept.weight_scale %{{.*}} by 2.5
// CHECK:         transept.embedding %arg0, %[[E]] :
func.func @into_table(%ids: !ids) -> !rows {
  %e = transept.parameter "into_table.e" : !table
  %y = transept.embedding %ids, %e {scale = 2.5 : f64} : (!ids, !table) -> !rows
  return %y : !rows
}

// The same tensor under another value, in another function, is shared as well.

// CHECK-LABEL: func.func @table_of_another_function
// CHECK:         transept.embedding {{.*}} {scale = 2.5
func.func @table_of_another_function(%ids: !ids) -> !rows {
  %e = transept.parameter "shared" : !table
  %y = transept.embedding %ids, %e {scale = 2.5 : f64} : (!ids, !table) -> !rows
  return %y : !rows
}

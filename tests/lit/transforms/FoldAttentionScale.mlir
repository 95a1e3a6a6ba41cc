// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(fold-attention-scale)' --remarks-filter=weights --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<source x 4 x f32>
!square = tensor<4x4xf32>

// CHECK: [Passed] fold-attention-scale | Category:weights | {{.*}}folded the scale into the query weight
// CHECK: [Passed] fold-attention-scale | Category:weights | {{.*}}folded the scale into the query weight
// CHECK: [Missed] fold-attention-scale | Category:weights | {{.*}}the queries are not the result of a linear
// CHECK: [Missed] fold-attention-scale | {{.*}}the queries have other readers
// CHECK: [Missed] fold-attention-scale | {{.*}}the queries' weight is shared
// CHECK: [Missed] fold-attention-scale | {{.*}}the queries' linear does not end with its product

// attention(linear(x, W, b), scale = s) -> attention(linear(x, s W, s b))

// CHECK-LABEL: func.func @folds
// CHECK-DAG:     %[[W:.*]] = transept.weight_scale %{{.*}} by 2.5{{.*}} : tensor<4x4xf32>
// CHECK-DAG:     %[[B:.*]] = transept.weight_scale %{{.*}} by 2.5{{.*}} : tensor<4xf32>
// CHECK:         %[[QUERY:.*]] = transept.linear %arg0, %[[W]] bias %[[B]]
// CHECK:         transept.attention %[[QUERY]], %arg0, %arg0 heads 2 :
func.func @folds(%x: !rows) -> !rows {
  %w = transept.parameter "folds.w" : !square
  %b = transept.parameter "folds.b" : tensor<4xf32>
  %query = transept.linear %x, %w bias %b : (!rows, !square, tensor<4xf32>) -> !rows
  %out = transept.attention %query, %x, %x heads 2 {scale = 2.5 : f64} : (!rows, !rows, !rows) -> !rows
  return %out : !rows
}

// attention(rotary(linear(x, W)), scale = s) -> attention(rotary(linear(x, s W)))

// CHECK-LABEL: func.func @folds_before_rotary_positions
// CHECK:         %[[W:.*]] = transept.weight_scale %{{.*}} by 2.5
// CHECK:         %[[QUERY:.*]] = transept.linear %arg0, %[[W]]
// CHECK:         %[[TURNED:.*]] = transept.rotary %[[QUERY]]
// CHECK:         transept.attention %[[TURNED]], %arg0, %arg0 heads 2 soft_cap 3.000000e+00 :
func.func @folds_before_rotary_positions(%x: !rows) -> !rows {
  %w = transept.parameter "turned.w" : !square
  %query = transept.linear %x, %w : (!rows, !square) -> !rows
  %turned = transept.rotary %query heads 2 dims 2 theta 10000.0 : (!rows) -> !rows
  %out = transept.attention %turned, %x, %x heads 2 soft_cap 3.0 {scale = 2.5 : f64} : (!rows, !rows, !rows) -> !rows
  return %out : !rows
}

// CHECK-LABEL: func.func @queries_without_linear
// CHECK:         scale = 2.5
func.func @queries_without_linear(%x: !rows) -> !rows {
  %out = transept.attention %x, %x, %x heads 2 {scale = 2.5 : f64} : (!rows, !rows, !rows) -> !rows
  return %out : !rows
}

// CHECK-LABEL: func.func @other_readers
// CHECK-NOT:     weight_scale
// CHECK:         scale = 2.5
func.func @other_readers(%x: !rows) -> !rows {
  %w = transept.parameter "other_readers.w" : !square
  %query = transept.linear %x, %w : (!rows, !square) -> !rows
  %out = transept.attention %query, %query, %x heads 2 {scale = 2.5 : f64} : (!rows, !rows, !rows) -> !rows
  return %out : !rows
}

// CHECK-LABEL: func.func @shared_weight
// CHECK-NOT:     weight_scale
// CHECK:         scale = 2.5
func.func @shared_weight(%x: !rows) -> !rows {
  %w = transept.parameter "shared_weight.w" : !square
  %query = transept.linear %x, %w : (!rows, !square) -> !rows
  %key = transept.linear %x, %w : (!rows, !square) -> !rows
  %out = transept.attention %query, %key, %x heads 2 {scale = 2.5 : f64} : (!rows, !rows, !rows) -> !rows
  return %out : !rows
}

// CHECK-LABEL: func.func @activation_between
// CHECK-NOT:     weight_scale
// CHECK:         scale = 2.5
func.func @activation_between(%x: !rows) -> !rows {
  %w = transept.parameter "activation_between.w" : !square
  %query = transept.linear %x, %w activation relu : (!rows, !square) -> !rows
  %out = transept.attention %query, %x, %x heads 2 {scale = 2.5 : f64} : (!rows, !rows, !rows) -> !rows
  return %out : !rows
}

// CHECK-LABEL: func.func @nothing_to_fold
// CHECK-NOT:     weight_scale
// CHECK:         return
func.func @nothing_to_fold(%x: !rows) -> !rows {
  %w = transept.parameter "nothing_to_fold.w" : !square
  %query = transept.linear %x, %w : (!rows, !square) -> !rows
  %out = transept.attention %query, %x, %x heads 2 : (!rows, !rows, !rows) -> !rows
  return %out : !rows
}

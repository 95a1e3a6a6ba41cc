// RUN: transept-opt %s --pass-pipeline='builtin.module(merge-projections)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<source x 4 x f32>
!wide = !transept.rows<source x 8 x f32>
!ids = !transept.rows<source x 1 x i32>
!square = tensor<4x4xf32>
!vector = tensor<4xf32>

// CHECK: [Missed] merge-projections | Category:fusion | {{.*}}'transept.embedding' reads the weight as well
// CHECK: [Passed] merge-projections | Category:fusion | {{.*}}merged 3 linears of one input

// linear(x, V, b), linear(x, W), ... -> columns of linear(x, [V; W; ...], [b; 0; ...])

// CHECK-LABEL: func.func @merges
// CHECK-DAG:     %[[A:.*]] = transept.parameter "a"
// CHECK-DAG:     %[[B:.*]] = transept.parameter "b" : tensor<8x4xf32>
// CHECK-DAG:     %[[C:.*]] = transept.parameter "c"
// CHECK-DAG:     %[[BIAS:.*]] = transept.parameter "b.bias"
// CHECK:         %[[WEIGHT:.*]] = transept.weight_concatenate %[[A]], %[[B]], %[[C]] : {{.*}} -> tensor<16x4xf32>
// CHECK:         %[[ZERO:.*]] = transept.weight_zero : tensor<4xf32>
// CHECK:         %[[BIASES:.*]] = transept.weight_concatenate %[[ZERO]], %[[BIAS]], %{{.*}} -> tensor<16xf32>
// CHECK:         %[[ALL:.*]] = transept.linear %arg0, %[[WEIGHT]] bias %[[BIASES]] {{.*}} -> !transept.rows<source x 16 x f32>
// CHECK:         %[[X:.*]] = transept.slice_columns %[[ALL]] from 0 {{.*}} -> !transept.rows<source x 4 x f32>
// CHECK:         %[[Y:.*]] = transept.slice_columns %[[ALL]] from 4 {{.*}} -> !transept.rows<source x 8 x f32>
// CHECK:         %[[Z:.*]] = transept.slice_columns %[[ALL]] from 12 {{.*}} -> !transept.rows<source x 4 x f32>
// CHECK:         return %[[X]], %[[Y]], %[[Z]]
func.func @merges(%x: !rows) -> (!rows, !wide, !rows) {
  %a = transept.parameter "a" : !square
  %ya = transept.linear %x, %a : (!rows, !square) -> !rows
  %b = transept.parameter "b" : tensor<8x4xf32>
  %bias = transept.parameter "b.bias" : tensor<8xf32>
  %yb = transept.linear %x, %b bias %bias : (!rows, tensor<8x4xf32>, tensor<8xf32>) -> !wide
  %c = transept.parameter "c" : !square
  %yc = transept.linear %x, %c : (!rows, !square) -> !rows
  return %ya, %yb, %yc : !rows, !wide, !rows
}

// Other inputs, and linears with something fused, stay apart.

// CHECK-LABEL: func.func @stays_apart
// CHECK-NOT:     weight_concatenate
// CHECK:         return
func.func @stays_apart(%x: !rows, %y: !rows) -> (!rows, !rows, !rows) {
  %w = transept.parameter "w" : !square
  %a = transept.linear %x, %w : (!rows, !square) -> !rows
  %b = transept.linear %y, %w : (!rows, !square) -> !rows
  %c = transept.linear %x, %w activation relu : (!rows, !square) -> !rows
  return %a, %b, %c : !rows, !rows, !rows
}

// CHECK-LABEL: func.func @shared_with_an_embedding
// CHECK-NOT:     weight_concatenate
// CHECK:         return
func.func @shared_with_an_embedding(%ids: !ids) -> (!rows, !rows) {
  %table = transept.parameter "table" : !square
  %x = transept.embedding %ids, %table : (!ids, !square) -> !rows
  %w = transept.parameter "v" : !square
  %a = transept.linear %x, %w : (!rows, !square) -> !rows
  %b = transept.linear %x, %table : (!rows, !square) -> !rows
  return %a, %b : !rows, !rows
}

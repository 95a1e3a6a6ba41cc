// RUN: transept-opt %s --canonicalize --cse | FileCheck %s
// Ops that change the number of rows are pure: unread ones go, equal ones become one.

!x = !transept.rows<source.features x 4 x f32>

// CHECK-LABEL: func @unread
// CHECK-NEXT: return
func.func @unread(%x: !x, %t: tensor<1x4xf32>, %w: !transept.attention_weights<target x source x 2>) {
  %0 = transept.windows %x kernel 3 stride 2 padding 1 : (!x) -> !transept.rows<source x 12 x f32>
  %1 = transept.prepend_rows %t, %x : (tensor<1x4xf32>, !x) -> !transept.rows<source x 4 x f32>
  %2 = transept.average_heads %w
      : (!transept.attention_weights<target x source x 2>) -> !transept.attention_weights<target x source x 1>
  %3 = transept.weight_add_row %t, %t : tensor<1x4xf32>, tensor<1x4xf32> -> tensor<1x4xf32>
  return
}

// CHECK-LABEL: func @equal
// CHECK: %[[A:.*]] = transept.windows {{.*}} stride 1
// CHECK: %[[B:.*]] = transept.windows {{.*}} stride 2
// CHECK-NEXT: return %[[A]], %[[A]], %[[B]]
func.func @equal(%x: !x) -> (!transept.rows<source x 12 x f32>, !transept.rows<source x 12 x f32>,
                             !transept.rows<source.other x 12 x f32>) {
  %0 = transept.windows %x kernel 3 stride 1 padding 1 : (!x) -> !transept.rows<source x 12 x f32>
  %1 = transept.windows %x kernel 3 stride 1 padding 1 : (!x) -> !transept.rows<source x 12 x f32>
  %2 = transept.windows %x kernel 3 stride 2 padding 1 : (!x) -> !transept.rows<source.other x 12 x f32>
  return %0, %1, %2 : !transept.rows<source x 12 x f32>, !transept.rows<source x 12 x f32>,
                      !transept.rows<source.other x 12 x f32>
}

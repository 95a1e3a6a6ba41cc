// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Embeddings: imported, and with positions fused in. Windows and class tokens.

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 8 x f32>

// CHECK-LABEL: func @embedding
func.func @embedding(%ids: !ids, %table: tensor<10x8xf32>, %positions: tensor<20x8xf32>) {
  // CHECK: transept.embedding %{{.*}}, %{{.*}} : (!transept.rows<source x 1 x i32>
  %0 = transept.embedding %ids, %table : (!ids, tensor<10x8xf32>) -> !rows
  // CHECK: transept.embedding %{{.*}}, %{{.*}} first_zero : (!transept.rows<source x 1 x i32>
  %started = transept.embedding %ids, %table first_zero : (!ids, tensor<10x8xf32>) -> !rows
  // CHECK: transept.embedding %{{.*}}, %{{.*}} positions %{{.*}} {position_offset = 2 : i64, scale = 2.000000e+00 : f64}
  %1 = transept.embedding %ids, %table positions %positions {scale = 2.0, position_offset = 2}
      : (!ids, tensor<10x8xf32>, tensor<20x8xf32>) -> !rows
  // CHECK: transept.position_embedding %{{.*}}, %{{.*}} {offset = 2 : i64}
  %2 = transept.position_embedding %ids, %positions {offset = 2} : (!ids, tensor<20x8xf32>) -> !rows
  return
}

// CHECK-LABEL: func @positions_of_floats
func.func @positions_of_floats(%rows: !rows, %positions: tensor<20x8xf32>) {
  // CHECK: transept.position_embedding %{{.*}}, %{{.*}} : (!transept.rows<source x 8 x f32>, tensor<20x8xf32>) -> !transept.rows<source x 8 x f32>
  %0 = transept.position_embedding %rows, %positions : (!rows, tensor<20x8xf32>) -> !rows
  return
}

// CHECK-LABEL: func @features
// CHECK-SAME: %[[FRAMES:.*]]: !transept.rows<source.features x 3 x f32>
func.func @features(%frames: !transept.rows<source.features x 3 x f32>, %token: tensor<2x9xf32>) {
  // CHECK: %[[WINDOWS:.*]] = transept.windows %[[FRAMES]] kernel 3 stride 2 padding 1 : (!transept.rows<source.features x 3 x f32>) -> !transept.rows<source.windows x 9 x f32>
  %windows = transept.windows %frames kernel 3 stride 2 padding 1
      : (!transept.rows<source.features x 3 x f32>) -> !transept.rows<source.windows x 9 x f32>
  // CHECK: transept.prepend_rows %{{.*}}, %[[WINDOWS]] : (tensor<2x9xf32>, !transept.rows<source.windows x 9 x f32>) -> !transept.rows<source x 9 x f32>
  %0 = transept.prepend_rows %token, %windows
      : (tensor<2x9xf32>, !transept.rows<source.windows x 9 x f32>) -> !transept.rows<source x 9 x f32>
  // CHECK: transept.windows %[[FRAMES]] kernel 3 stride 2 padding 2 behind 0 :
  %causal = transept.windows %frames kernel 3 stride 2 padding 2 behind 0
      : (!transept.rows<source.features x 3 x f32>) -> !transept.rows<source.windows x 9 x f32>
  return
}

// CHECK-LABEL: func @columns_and_rows_behind
func.func @columns_and_rows_behind(%rows: !transept.rows<source.features x 6 x f32>, %table: tensor<9x4xf32>,
                                   %token: tensor<1x4xf32>) {
  // CHECK: %[[LINES:.*]] = transept.column_embedding %{{.*}}, %{{.*}} column 1 : (!transept.rows<source.features x 6 x f32>, tensor<9x4xf32>) -> !transept.rows<source.features x 4 x f32>
  %lines = transept.column_embedding %rows, %table column 1
      : (!transept.rows<source.features x 6 x f32>, tensor<9x4xf32>) -> !transept.rows<source.features x 4 x f32>
  // CHECK: transept.append_rows %[[LINES]], %{{.*}} : (!transept.rows<source.features x 4 x f32>, tensor<1x4xf32>) -> !transept.rows<source x 4 x f32>
  %all = transept.append_rows %lines, %token
      : (!transept.rows<source.features x 4 x f32>, tensor<1x4xf32>) -> !transept.rows<source x 4 x f32>
  return
}

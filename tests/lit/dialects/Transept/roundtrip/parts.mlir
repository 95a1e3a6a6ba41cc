// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Parts of sequences survive printing and parsing.

!given = !transept.rows<source.features x 8 x f32>
!prompt = !transept.rows<source.prompt x 8 x f32>
!lines = !transept.rows<source.lines x 8 x f32>

// CHECK-LABEL: func.func @parts
func.func @parts(%x: !given, %columns: tensor<7x3xf32>, %lines: tensor<5x5xf32>) {
  // CHECK: transept.first_rows %{{.*}} 5 : (!transept.rows<source.features x 8 x f32>) -> !transept.rows<source.lines x 8 x f32>
  %0 = transept.first_rows %x 5 : (!given) -> !lines
  // CHECK: transept.rows_behind %{{.*}} 5 : (!transept.rows<source.features x 8 x f32>) -> !transept.rows<source.prompt x 8 x f32>
  %1 = transept.rows_behind %x 5 : (!given) -> !prompt
  // CHECK: transept.channel_attention %{{.*}}, %{{.*}}, %{{.*}} groups 4 : <source.lines x 8 x f32>
  %2 = transept.channel_attention %0, %0, %0 groups 4 : !lines
  // CHECK: transept.prepend_mean %{{.*}} : (!transept.rows<source.lines x 8 x f32>) -> !transept.rows<source.image x 8 x f32>
  %3 = transept.prepend_mean %2 : (!lines) -> !transept.rows<source.image x 8 x f32>
  // CHECK: transept.concatenate_rows %{{.*}}, %{{.*}} first 6 : (!transept.rows<source.image x 8 x f32>, !transept.rows<source.prompt x 8 x f32>) -> !transept.rows<source x 8 x f32>
  %4 = transept.concatenate_rows %3, %1 first 6
      : (!transept.rows<source.image x 8 x f32>, !prompt) -> !transept.rows<source x 8 x f32>
  // CHECK: transept.weight_grid %{{.*}}, %{{.*}} width 6 : tensor<7x3xf32>, tensor<5x5xf32> -> tensor<24x8xf32>
  %5 = transept.weight_grid %columns, %lines width 6 : tensor<7x3xf32>, tensor<5x5xf32> -> tensor<24x8xf32>
  return
}

// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Masks and biases are values of their own types.

// CHECK-LABEL: func @masks
func.func @masks(%table: tensor<32x8xf32>) {
  // CHECK: transept.causal_mask : <target x target>
  %causal = transept.causal_mask : !transept.mask<target x target>
  // CHECK: transept.padding_mask : <target x source>
  %padding = transept.padding_mask : !transept.mask<target x source>
  // CHECK: transept.window_mask before 3 after 0 : <target x target>
  %window = transept.window_mask before 3 after 0 : !transept.mask<target x target>
  // CHECK: transept.chunk_mask size 64 : <source x source>
  %chunks = transept.chunk_mask size 64 : !transept.mask<source x source>
  // CHECK: transept.chunk_mask size 64 before 2 : <source x source>
  %near = transept.chunk_mask size 64 before 2 : !transept.mask<source x source>
  // CHECK: transept.combine_masks %{{.*}}, %{{.*}} : <target x target>
  %both = transept.combine_masks %causal, %window : !transept.mask<target x target>
  // CHECK: transept.relative_position_bias %{{.*}} buckets 32 maximum_distance 128 bidirectional : tensor<32x8xf32> -> <source x source x 8>
  %bias = transept.relative_position_bias %table buckets 32 maximum_distance 128 bidirectional
      : tensor<32x8xf32> -> !transept.bias<source x source x 8>
  return
}

// CHECK-LABEL: func @scores
func.func @scores(%near: !transept.rows<source x 24 x f32>, %buckets: !transept.rows<target x 256 x f32>) {
  // CHECK: transept.relative_scores %{{.*}} before 1 after 1 : <source x 24 x f32> -> <source x source x 8>
  %0 = transept.relative_scores %near before 1 after 1
      : !transept.rows<source x 24 x f32> -> !transept.bias<source x source x 8>
  // CHECK: transept.relative_scores %{{.*}} buckets 32 maximum_distance 128 : <target x 256 x f32> -> <target x target.history x 8>
  %1 = transept.relative_scores %buckets buckets 32 maximum_distance 128
      : !transept.rows<target x 256 x f32> -> !transept.bias<target x target.history x 8>
  // CHECK: transept.relative_scores %{{.*}} buckets 32 maximum_distance 128 bidirectional ahead 1 : <target x 256 x f32> -> <target x target x 8>
  %2 = transept.relative_scores %buckets buckets 32 maximum_distance 128 bidirectional ahead 1
      : !transept.rows<target x 256 x f32> -> !transept.bias<target x target x 8>
  return
}

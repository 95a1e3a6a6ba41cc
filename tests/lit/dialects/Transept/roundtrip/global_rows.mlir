// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Rows that all others look at survive printing and parsing.

!rows = !transept.rows<source x 8 x f32>
!blocks = !transept.rows<source.blocks x 8 x f32>
!requested = !transept.rows<source.requested x 8 x f32>

// CHECK-LABEL: func.func @blocks
func.func @blocks(%x: !rows, %table: tensor<32x2xf32>) {
  // CHECK: transept.sum_blocks %{{.*}} of 16 : (!transept.rows<source x 8 x f32>) -> !transept.rows<source.blocks x 8 x f32>
  %0 = transept.sum_blocks %x of 16 : (!rows) -> !blocks
  // CHECK: transept.relative_position_bias %{{.*}} buckets 32 maximum_distance 128 bidirectional blocks 16 : tensor<32x2xf32> -> <source x source.blocks x 2>
  %bias = transept.relative_position_bias %table buckets 32 maximum_distance 128 bidirectional blocks 16
      : tensor<32x2xf32> -> !transept.bias<source x source.blocks x 2>
  // CHECK: transept.merged_attention %{{.*}} memory %{{.*}}, %{{.*}} memory_bias %{{.*}} heads 2 :
  %1 = transept.merged_attention %x, %x, %x memory %0, %0 memory_bias %bias heads 2
      : (!rows, !rows, !rows, !blocks, !blocks, !transept.bias<source x source.blocks x 2>) -> !rows
  return
}

// CHECK-LABEL: func.func @requested
func.func @requested(%x: !rows) {
  // CHECK: transept.unrequested_mask : <source x source>
  %mask = transept.unrequested_mask : !transept.mask<source x source>
  %0 = transept.requested_rows %x : (!rows) -> !requested
  // CHECK: transept.replace_requested %{{.*}}, %{{.*}} : (!transept.rows<source x 8 x f32>, !transept.rows<source.requested x 8 x f32>) -> !transept.rows<source x 8 x f32>
  %1 = transept.replace_requested %x, %0 : (!rows, !requested) -> !rows
  return
}

// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Programs, weights, buffers and views survive printing and parsing, placed or not.

// CHECK: plan.weight @table <panels, 16, int8> size 640
plan.weight @table <panels, 16, int8> size 640 {
  %0 = transept.weight_zero : tensor<10x32xf32>
  plan.yield %0 : tensor<10x32xf32>
}
// CHECK: plan.weight @bias <vector, 16, f32> at 4096 size 64
plan.weight @bias <vector, 16, f32> at 4096 size 64 {
  %0 = transept.weight_zero : tensor<10xf32>
  plan.yield %0 : tensor<10xf32>
}

// CHECK: plan.program @encode {
plan.program @encode {
  // CHECK-NEXT: %[[A:.*]] = plan.buffer : <source x 96, stride 96>
  %a = plan.buffer : !plan.buffer<source x 96, stride 96>
  // CHECK-NEXT: plan.buffer at 384 multiple 2 : <source.features x 5, stride 16>
  %b = plan.buffer at 384 multiple 2 : !plan.buffer<source.features x 5, stride 16>
  // CHECK-NEXT: plan.columns %[[A]] from 64 : (!plan.buffer<source x 96, stride 96>) -> !plan.buffer<source x 32, stride 96>
  %c = plan.columns %a from 64 : (!plan.buffer<source x 96, stride 96>) -> !plan.buffer<source x 32, stride 96>
  // CHECK-NEXT: plan.barrier
  plan.barrier
}

// CHECK: plan.program @decode attributes
// CHECK-SAME: arena_bytes_per_row = 8 : i64
// CHECK-SAME: attention = [#plan.returned_attention<crossAttention = 1, isAveraged = true>]
// CHECK-SAME: scratch_bytes = 16 : i64
// CHECK-SAME: scratch_bytes_per_key = 4 : i64
// CHECK-SAME: slots = [#plan.slot<"self.keys", keys = true, heads = 2, head_dim = 5, offset = 0, bf16>]
plan.program @decode attributes {
  arena_bytes_per_row = 8 : i64, scratch_bytes = 16 : i64, scratch_bytes_per_key = 4 : i64,
  slots = [#plan.slot<"self.keys", keys = true, heads = 2, head_dim = 5, offset = 0, bf16>],
  attention = [#plan.returned_attention<crossAttention = 1, isAveraged = true>]
} {
}

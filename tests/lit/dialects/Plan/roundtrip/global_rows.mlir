// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Launches over rows that all others look at survive printing and parsing.

!rows = !plan.buffer<source x 8, stride 16>
!blocks = !plan.buffer<source.blocks x 8, stride 16>
!requested = !plan.buffer<source.requested x 8, stride 16>
!state = !plan.buffer<source x 4, stride 4>

plan.weight @bias <distances, 1, f32> at 0 size 264 {
  %0 = transept.weight_zero : tensor<8x2xf32>
  plan.yield %0 : tensor<8x2xf32>
}

// CHECK-LABEL: plan.program @encode
plan.program @encode {
  %rows = plan.buffer at 0 : !rows
  %result = plan.buffer at 64 : !rows
  %blocks = plan.buffer at 128 : !blocks
  %requested = plan.buffer at 192 : !requested
  %state = plan.buffer at 256 : !state
  // CHECK: plan.sum_blocks "sums" %{{.*}} into %{{.*}} of 4 : !plan.buffer
  plan.sum_blocks "sums" %rows into %blocks of 4 : !rows, !blocks
  // CHECK: plan.attend "own" rows {{.*}} unrequested {head_count
  plan.attend "own" rows %rows, %rows, %rows into %result state %state unrequested
    {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64}
    : !rows, !rows, !rows, !rows, !state
  // CHECK: plan.attend "others" other_rows {{.*}} previous %{{.*}} bias @bias blocks 4 {bias_reach
  plan.attend "others" other_rows %rows, %blocks, %blocks into %result state %state previous %result
    bias @bias blocks 4 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, bias_reach = 16 : i64}
    : !rows, !blocks, !blocks, !rows, !state, !rows
  plan.take_requested "requested" %rows into %requested : !rows, !requested
  // CHECK: plan.replace_requested "replaced" %{{.*}}, %{{.*}} into %{{.*}} : !plan.buffer
  plan.replace_requested "replaced" %rows, %requested into %result : !rows, !requested, !rows
}

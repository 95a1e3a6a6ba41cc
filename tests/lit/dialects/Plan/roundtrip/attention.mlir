// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Attention over every source of keys, and stores, survive printing and parsing.

!source = !plan.buffer<source x 10, stride 16>
!target = !plan.buffer<target x 10, stride 16>
!narrow = !plan.buffer<target x 8, stride 16>
#keys = #plan.slot<"self.keys", keys = true, heads = 2, head_dim = 5, offset = 0, bf16>
#values = #plan.slot<"self.values", keys = false, heads = 2, head_dim = 4, offset = 10, bf16>
#source_keys = #plan.slot<"cross.keys", keys = true, heads = 2, head_dim = 5, offset = 0, f32>
#source_values = #plan.slot<"cross.values", keys = false, heads = 2, head_dim = 5, offset = 10, f32>

plan.weight @distances <distances, 1, f32> size 264 {
  %0 = transept.parameter "table" : tensor<16x2xf32>
  %1 = transept.relative_position_bias %0 buckets 16 maximum_distance 16 : tensor<16x2xf32> -> !transept.bias<target x target x 2>
  plan.yield %1 : !transept.bias<target x target x 2>
}

plan.weight @buckets <rows, 1, f32> size 260 {
  %0 = transept.distance_buckets buckets 2 maximum_distance 16 : tensor<65xf32>
  plan.yield %0 : tensor<65xf32>
}

plan.program @encode {
  %x = plan.buffer : !source
  %y = plan.buffer : !source
  // CHECK: plan.attend "own" rows %[[X:.*]], %[[X]], %[[X]] into %{{.*}} {head_count = 2 : i64, key_dim = 5 : i64, scale = 5.000000e-01 : f64, value_dim = 5 : i64}
  plan.attend "own" rows %x, %x, %x into %y {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64} : !source, !source, !source, !source
  // CHECK: plan.attend "local" rows %{{.*}} into %{{.*}} bias @distances bf16 causal {bias_reach = 16 : i64, {{.*}} window_after = 0 : i64, window_before = 3 : i64}
  plan.attend "local" rows %x, %x, %x into %y bias @distances bf16 causal
    {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64, bias_reach = 16 : i64, window_before = 3 : i64, window_after = 0 : i64}
    : !source, !source, !source, !source
  // CHECK: plan.attend "chunked" rows %{{.*}} into %{{.*}} {chunk_size = 64 : i64, chunks_before = 2 : i64, {{.*}}}
  plan.attend "chunked" rows %x, %x, %x into %y
    {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64, chunk_size = 64 : i64, chunks_before = 2 : i64}
    : !source, !source, !source, !source
  // CHECK: plan.attend "shared" rows %{{.*}} into %{{.*}} {head_count = 2 : i64, key_dim = 5 : i64, key_heads = 1 : i64, scale = 5.000000e-01 : f64, soft_cap = 5.000000e+01 : f64, value_dim = 5 : i64}
  %one = plan.buffer : !plan.buffer<source x 5, stride 16>
  plan.attend "shared" rows %x, %one, %one into %y {head_count = 2 : i64, key_heads = 1 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64, soft_cap = 50.0 : f64}
    : !source, !plan.buffer<source x 5, stride 16>, !plan.buffer<source x 5, stride 16>, !source
  // CHECK: plan.attend "first" rows %{{.*}} into %{{.*}} state %{{.*}} {head_count
  %state = plan.buffer : !plan.buffer<source x 4, stride 4>
  plan.attend "first" rows %x, %x, %x into %y state %state {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64}
    : !source, !source, !source, !source, !plan.buffer<source x 4, stride 4>
  // CHECK: plan.attend "second" rows %{{.*}} into %{{.*}} state %{{.*}} previous %{{.*}} {head_count
  %z = plan.buffer : !source
  plan.attend "second" rows %x, %x, %x into %z state %state previous %y {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64}
    : !source, !source, !source, !source, !plan.buffer<source x 4, stride 4>, !source
  // CHECK: plan.attend "scores" rows %{{.*}} into %{{.*}} scores %{{.*}} {head_count = 2 : i64, {{.*}} scores_after = 0 : i64, scores_before = 1 : i64
  %scores = plan.buffer : !plan.buffer<source x 4, stride 16>
  plan.attend "scores" rows %x, %x, %x into %y scores %scores {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64, scores_before = 1 : i64, scores_after = 0 : i64}
    : !source, !source, !source, !source, !plan.buffer<source x 4, stride 16>
  // CHECK: plan.attend "buckets" rows %{{.*}} into %{{.*}} scores %{{.*}} bias @buckets {bias_reach = 32 : i64
  plan.attend "buckets" rows %x, %x, %x into %y scores %scores bias @buckets {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64, bias_reach = 32 : i64}
    : !source, !source, !source, !source, !plan.buffer<source x 4, stride 16>
  // CHECK: plan.store "cross.keys" %{{.*}} into <"cross.keys", keys = true, heads = 2, head_dim = 5, offset = 0, f32> : <source x 10, stride 16>
  plan.store "cross.keys" %x into #source_keys : !source
}

plan.program @decode {
  %x = plan.buffer : !target
  %v = plan.buffer : !narrow
  %y = plan.buffer : !narrow
  %z = plan.buffer : !target
  // CHECK: plan.attend "self" pages %{{.*}}, %{{.*}}, %{{.*}} into %{{.*}} causal keys <"self.keys", keys = true, heads = 2, head_dim = 5, offset = 0, bf16> values <"self.values", keys = false, heads = 2, head_dim = 4, offset = 10, bf16>
  plan.attend "self" pages %x, %x, %v into %y causal keys #keys values #values
    {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 4 : i64, scale = 0.5 : f64} : !target, !target, !narrow, !narrow
  // CHECK: plan.attend "cross" encoder_cache %{{.*}} into %{{.*}} keys <"cross.keys", keys = true, heads = 2, head_dim = 5, offset = 0, f32> values
  plan.attend "cross" encoder_cache %x into %z keys #source_keys values #source_values
    {head_count = 2 : i64, key_dim = 5 : i64, value_dim = 5 : i64, scale = 0.5 : f64} : !target, !target
}

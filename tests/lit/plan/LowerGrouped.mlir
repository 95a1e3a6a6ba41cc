// RUN: transept-opt %s --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v3})' | FileCheck %s
// Heads of queries that share keys: caches hold the heads of keys alone. Rotary positions and norms
// of heads are launches of their own.

!source = !transept.rows<source x 20 x f32>
!target = !transept.rows<target x 40 x f32>
!few = !transept.rows<target x 20 x f32>
!history = !transept.rows<target.history x 20 x f32>
!cache = !transept.encoder_cache<source x 20 x f32>
!self = !transept.self_cache<target x 20 x f32>

// CHECK-LABEL: plan.program @encode
// CHECK-SAME:  #plan.slot<"cross_attention.keys", keys = true, heads = 2, head_dim = 10, offset = 0, f32>
// CHECK-SAME:  #plan.slot<"cross_attention.values", keys = false, heads = 2, head_dim = 10, offset = 20, f32>
// CHECK:       %[[X:.*]] = plan.buffer
// CHECK:       plan.normalize "rms_norm" %[[X]] into %[[N:.*]] <rms, epsilon = 0.000000e+00> {head_count = 2 : i64}
// CHECK:       plan.rotate "rotary" %[[N]] into %[[K:.*]] heads 2 dims 8 theta 1.000000e+04 factor 2.000000e+00 interleaved
// CHECK:       plan.store "cross_attention.keys" %[[K]]
func.func @encode(%ids: !transept.rows<source x 1 x i32>) -> (!source, !cache, !cache) {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %x = transept.embedding %ids, %table : (!transept.rows<source x 1 x i32>, tensor<33x20xf32>) -> !source
  %n = transept.rms_norm %x heads 2 epsilon 0.0 : (!source) -> !source
  %k = transept.rotary %n heads 2 dims 8 theta 10000.0 interleaved {factor = 2.0} : (!source) -> !source
  %a = transept.cache_store %k : (!source) -> !cache
  %b = transept.cache_store %x : (!source) -> !cache
  return %x, %a, %b : !source, !cache, !cache
}

// CHECK-LABEL: plan.program @decode
// CHECK-SAME:  #plan.slot<"attention.keys", keys = true, heads = 2, head_dim = 10, offset = 0, f32>
// CHECK-SAME:  #plan.slot<"attention.values", keys = false, heads = 2, head_dim = 10, offset = 20, f32>
// CHECK:       plan.attend "attention" pages {{.*}} causal {{.*}} {head_count = 4 : i64, key_dim = 10 : i64, key_heads = 2 : i64, scale = 1.000000e+00 : f64, soft_cap = 3.000000e+01 : f64, value_dim = 10 : i64}
// CHECK:       plan.attend "cross_attention" encoder_cache {{.*}} {head_count = 4 : i64, key_dim = 10 : i64, key_heads = 2 : i64, scale = 1.000000e+00 : f64, value_dim = 10 : i64}
// CHECK:       plan.search "search_vocabulary" {{.*}} {soft_cap = 5.000000e+00 : f64, vocabulary_size = 33 : i64}
func.func @decode(%ids: !transept.rows<target x 1 x i32>, %a: !cache, %b: !cache, %c: !self, %d: !self)
    -> !transept.candidates<target.requested x 33> {
  %table = transept.parameter "target" : tensor<33x40xf32>
  %w = transept.parameter "w" : tensor<20x40xf32>
  %y = transept.embedding %ids, %table : (!transept.rows<target x 1 x i32>, tensor<33x40xf32>) -> !target
  %new = transept.linear %y, %w : (!target, tensor<20x40xf32>) -> !few
  %old_keys = transept.cache_append %c, %new : (!self, !few) -> !history
  %old_values = transept.cache_append %d, %new : (!self, !few) -> !history
  %mask = transept.causal_mask : !transept.mask<target x target.history>
  %own = transept.attention %y, %old_keys, %old_values mask %mask heads 4 key_heads 2 soft_cap 30.0
      : (!target, !history, !history, !transept.mask<target x target.history>) -> !target
  %keys = transept.cache_read %a : (!cache) -> !source
  %values = transept.cache_read %b : (!cache) -> !source
  %z = transept.cross_attention %own, %keys, %values heads 4 key_heads 2 : (!target, !source, !source) -> !target
  %r = transept.requested_rows %z : (!target) -> !transept.rows<target.requested x 40 x f32>
  %best = transept.search_vocabulary %r, %table soft_cap 5.0 : (!transept.rows<target.requested x 40 x f32>, tensor<33x40xf32>) -> !transept.candidates<target.requested x 33>
  return %best : !transept.candidates<target.requested x 33>
}

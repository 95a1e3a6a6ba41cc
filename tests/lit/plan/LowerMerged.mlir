// RUN: transept-opt %s --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v3})' | FileCheck %s
// One softmax over keys of two caches is two launches: the second begins with what the first left.

!source = !transept.rows<source x 20 x f32>
!target = !transept.rows<target x 20 x f32>
!history = !transept.rows<target.history x 20 x f32>
!cache = !transept.encoder_cache<source x 20 x f32>
!self = !transept.self_cache<target x 20 x f32>

// CHECK-LABEL: plan.program @encode
// CHECK-SAME:  #plan.slot<"merged_attention.memory.keys", keys = true, heads = 2
// CHECK-SAME:  #plan.slot<"merged_attention.memory.values", keys = false, heads = 2
func.func @encode(%x: !source) -> (!source, !cache, !cache) {
  %a = transept.cache_store %x : (!source) -> !cache
  %b = transept.cache_store %x : (!source) -> !cache
  return %x, %a, %b : !source, !cache, !cache
}

// CHECK-LABEL: plan.program @decode
// CHECK-SAME:  #plan.slot<"merged_attention.keys", keys = true, heads = 2
// CHECK:       plan.embed
// CHECK:       %[[RESULT:.*]] = plan.buffer : <target x 20, stride 32>
// CHECK:       %[[OWN:.*]] = plan.buffer : <target x 20, stride 32>
// CHECK:       %[[STATE:.*]] = plan.buffer : <target x 4, stride 4>
// CHECK-NEXT:  plan.attend "merged_attention" pages %[[Y:.*]], %[[Y]], %[[Y]] into %[[OWN]] state %[[STATE]] causal
// CHECK-NEXT:  plan.attend "merged_attention" encoder_cache %[[Y]] into %[[RESULT]] state %[[STATE]] previous %[[OWN]] keys
// CHECK:       plan.emit_states "states" %[[RESULT]]
func.func @decode(%ids: !transept.rows<target x 1 x i32>, %a: !cache, %b: !cache, %c: !self, %d: !self) -> !target {
  %table = transept.parameter "target" : tensor<33x20xf32>
  %y = transept.embedding %ids, %table : (!transept.rows<target x 1 x i32>, tensor<33x20xf32>) -> !target
  %keys = transept.cache_append %c, %y : (!self, !target) -> !history
  %values = transept.cache_append %d, %y : (!self, !target) -> !history
  %memory_keys = transept.cache_read %a : (!cache) -> !source
  %memory_values = transept.cache_read %b : (!cache) -> !source
  %mask = transept.causal_mask : !transept.mask<target x target.history>
  %r = transept.merged_attention %y, %keys, %values memory %memory_keys, %memory_values mask %mask heads 2
      : (!target, !history, !history, !source, !source, !transept.mask<target x target.history>) -> !target
  return %r : !target
}

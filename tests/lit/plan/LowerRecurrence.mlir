// RUN: transept-opt %s --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v4 cache=bf16})' | FileCheck %s
// A recurrence of encode begins with nothing; that of decode has a slot of the self cache, whose
// numbers are f32 for its sake, though caches are to be bf16.

!source = !transept.rows<source x 20 x f32>
!target = !transept.rows<target x 20 x f32>
!past = !transept.self_cache<target x 20 x f32>
!history = !transept.rows<target.history x 20 x f32>

// CHECK-LABEL: plan.program @encode
// CHECK:       %[[X:.*]] = plan.buffer
// CHECK:       plan.recur "gated_recurrence" %[[X]], %[[X]] into %{{.*}} : !plan.buffer
func.func @encode(%ids: !transept.rows<source x 1 x i32>) -> !source {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %x = transept.embedding %ids, %table : (!transept.rows<source x 1 x i32>, tensor<33x20xf32>) -> !source
  %states = transept.gated_recurrence %x, %x : (!source, !source) -> !source
  return %states : !source
}

// CHECK-LABEL: plan.program @decode
// CHECK-SAME:  #plan.slot<"attention.keys", keys = true, heads = 2, head_dim = 10, offset = 0, f32>
// CHECK-SAME:  #plan.slot<"attention.values", keys = false, heads = 2, head_dim = 10, offset = 20, f32>
// CHECK-SAME:  #plan.slot<"gated_recurrence.states", keys = false, heads = 1, head_dim = 20, offset = 40, f32>
// CHECK:       plan.embed "embedding" into %{{.*}} table @{{.*}} first_zero
// CHECK:       plan.recur "gated_recurrence" %[[Y:.*]], %[[Y]] into %{{.*}} states <"gated_recurrence.states", {{.*}} offset = 40, f32>
func.func @decode(%ids: !transept.rows<target x 1 x i32>, %k: !past, %v: !past, %past: !past)
    -> !target {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %y = transept.embedding %ids, %table first_zero : (!transept.rows<target x 1 x i32>, tensor<33x20xf32>) -> !target
  %keys = transept.cache_append %k, %y : (!past, !target) -> !history
  %values = transept.cache_append %v, %y : (!past, !target) -> !history
  %mixed = transept.attention %y, %keys, %values heads 2 : (!target, !history, !history) -> !target
  %states = transept.gated_recurrence %mixed, %mixed after %past : (!target, !target, !past) -> !target
  return %states : !target
}

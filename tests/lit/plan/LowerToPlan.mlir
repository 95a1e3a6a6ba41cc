// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v4})' | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v3})' | FileCheck %s --check-prefixes=CHECK,NARROW
// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v4})' --remarks-filter=plan --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Analysis] lower-to-plan | Category:plan | Remark="blocks of 384 rows; few rows read 4 panels of weights side by side"

!source = !transept.rows<source x 20 x f32>
!target = !transept.rows<target x 20 x f32>
!cache = !transept.encoder_cache<source x 20 x f32>

// The table serves embedding and vocabulary projection: packed once, in panels.

// WIDE:        plan.weight @parameter <panels, 32, f32> size 5120
// NARROW:      plan.weight @parameter <panels, 16, f32> size 3840
// CHECK-NEXT:    transept.parameter "table"
// CHECK:       plan.weight @parameter_0 <panels
// CHECK:         transept.parameter "k"
// CHECK-NOT:     "table"

// CHECK-LABEL: plan.program @encode
// CHECK-SAME:  #plan.slot<"cross_attention.keys", keys = true, heads = 2, head_dim = 10, offset = 0, f32>
// CHECK-SAME:  #plan.slot<"cross_attention.values", keys = false, heads = 2, head_dim = 10, offset = 20, f32>
// WIDE:        %[[X:.*]] = plan.buffer : <source x 20, stride 32>
// CHECK:       plan.embed "embedding" into %[[X:.*]] table @parameter
// CHECK:       plan.linear "linear" %[[X]] into %[[K:.*]] weight @parameter_0
// CHECK:       plan.store "cross_attention.keys" %[[K]]
// CHECK:       plan.store "cross_attention.values" %[[X]]
// CHECK:       plan.emit_states "states" %[[X]]
func.func @encode(%ids: !transept.rows<source x 1 x i32>) -> (!source, !cache, !cache) {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %k = transept.parameter "k" : tensor<20x20xf32>
  %x = transept.embedding %ids, %table : (!transept.rows<source x 1 x i32>, tensor<33x20xf32>) -> !source
  %keys = transept.linear %x, %k : (!source, tensor<20x20xf32>) -> !source
  %a = transept.cache_store %keys : (!source) -> !cache
  %b = transept.cache_store %x : (!source) -> !cache
  return %x, %a, %b : !source, !cache, !cache
}

// CHECK-LABEL: plan.program @decode
// CHECK:       plan.attend "cross_attention" encoder_cache %[[Y:.*]] into %[[Z:.*]] keys <"cross_attention.keys"
// CHECK:       plan.take_requested "requested_rows" %[[Z]] into %[[R:.*]] :
// CHECK:       plan.search "search_vocabulary" %[[R]] weight @parameter
// CHECK-NEXT:  plan.merge_search
func.func @decode(%ids: !transept.rows<target x 1 x i32>, %a: !cache, %b: !cache)
    -> !transept.candidates<target.requested x 33> {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %y = transept.embedding %ids, %table : (!transept.rows<target x 1 x i32>, tensor<33x20xf32>) -> !target
  %keys = transept.cache_read %a : (!cache) -> !source
  %values = transept.cache_read %b : (!cache) -> !source
  %z = transept.cross_attention %y, %keys, %values heads 2 : (!target, !source, !source) -> !target
  %r = transept.requested_rows %z : (!target) -> !transept.rows<target.requested x 20 x f32>
  %c = transept.search_vocabulary %r, %table : (!transept.rows<target.requested x 20 x f32>, tensor<33x20xf32>) -> !transept.candidates<target.requested x 33>
  return %c : !transept.candidates<target.requested x 33>
}

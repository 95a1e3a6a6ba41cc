// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(derive-decode)' | FileCheck %s
// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(derive-decode)' --remarks-filter=staging --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Passed] derive-decode | Category:staging | Remark="decode keeps 2 self caches"
// REMARK: [Missed] derive-decode | Category:staging | Reason="decode reads target features, so it runs on whole targets"

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>
!source = !transept.rows<source x 4 x f32>
!mask = !transept.mask<target x target>
!bias = !transept.bias<target x target x 2>

// Keys and values of causal self-attention go through caches, which become the last arguments, the
// key's before the value's; masks and biases are over the history; the rest stays as it is.

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    (%[[IDS:.*]]: !transept.rows<target x 1 x i32>, %{{.*}}: !transept.encoder_cache<{{.*}}>, %[[KEYS:.*]]: !transept.self_cache<target x 4 x f32>, %[[VALUES:.*]]: !transept.self_cache<target x 8 x f32>)
// CHECK:         %[[X:.*]] = transept.embedding %[[IDS]]
// CHECK:         transept.causal_mask : <target x target.history>
// CHECK:         transept.window_mask before 3 after 0 : <target x target.history>
// CHECK:         %[[MASK:.*]] = transept.combine_masks {{.*}} : <target x target.history>
// CHECK:         %[[BIAS:.*]] = transept.relative_position_bias {{.*}} -> <target x target.history x 2>
// CHECK:         %[[WIDE:.*]] = transept.linear %[[X]]
// CHECK:         %[[KEY:.*]] = transept.cache_append %[[KEYS]], %[[X]] {{.*}} -> !transept.rows<target.history x 4 x f32>
// CHECK:         %[[VALUE:.*]] = transept.cache_append %[[VALUES]], %[[WIDE]] {{.*}} -> !transept.rows<target.history x 8 x f32>
// CHECK:         transept.attention %[[X]], %[[KEY]], %[[VALUE]] mask %[[MASK]] bias %[[BIAS]]
// CHECK:         %[[READ:.*]] = transept.cache_read
// CHECK:         transept.cross_attention {{.*}}, %[[READ]], %[[READ]]
func.func @decode(%ids: !ids, %cache: !transept.encoder_cache<source x 4 x f32>) -> !transept.rows<target x 8 x f32> {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  %causal = transept.causal_mask : !mask
  %window = transept.window_mask before 3 after 0 : !mask
  %mask = transept.combine_masks %causal, %window : !mask
  %table = transept.parameter "table" : tensor<8x2xf32>
  %bias = transept.relative_position_bias %table buckets 8 maximum_distance 16 : tensor<8x2xf32> -> !bias
  %w = transept.parameter "w" : tensor<8x4xf32>
  %wide = transept.linear %x, %w : (!target, tensor<8x4xf32>) -> !transept.rows<target x 8 x f32>
  %self = transept.attention %x, %x, %wide mask %mask bias %bias heads 2
      : (!target, !target, !transept.rows<target x 8 x f32>, !mask, !bias) -> !transept.rows<target x 8 x f32>
  %v = transept.parameter "v" : tensor<4x8xf32>
  %narrow = transept.linear %self, %v : (!transept.rows<target x 8 x f32>, tensor<4x8xf32>) -> !target
  %read = transept.cache_read %cache : (!transept.encoder_cache<source x 4 x f32>) -> !source
  %cross = transept.cross_attention %narrow, %read, %read heads 2 : (!target, !source, !source) -> !target
  %out = transept.linear %cross, %w : (!target, tensor<8x4xf32>) -> !transept.rows<target x 8 x f32>
  return %out : !transept.rows<target x 8 x f32>
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>

// A window that ends at the query is causal by itself.

// CHECK-LABEL: func.func @decode
// CHECK-COUNT-2: transept.cache_append
func.func @decode(%ids: !ids) -> !target {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  %mask = transept.window_mask before 7 after 0 : !transept.mask<target x target>
  %self = transept.attention %x, %x, %x mask %mask heads 2
      : (!target, !target, !target, !transept.mask<target x target>) -> !target
  return %self : !target
}

// -----

!target = !transept.rows<target x 4 x f32>

// Target features come all at once: attention in both directions is right as it is.

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    (%[[X:.*]]: !transept.rows<target x 4 x f32>) -> !transept.rows<target x 4 x f32>
// CHECK-NEXT:    transept.attention %[[X]], %[[X]], %[[X]] heads 2
// CHECK-NEXT:    %[[MASK:.*]] = transept.causal_mask : <target x target>
// CHECK-NEXT:    transept.attention {{.*}} mask %[[MASK]] heads 2
// CHECK-NEXT:    return
func.func @decode(%x: !target) -> !target {
  %both = transept.attention %x, %x, %x heads 2 : (!target, !target, !target) -> !target
  %mask = transept.causal_mask : !transept.mask<target x target>
  %back = transept.attention %both, %both, %both mask %mask heads 2
      : (!target, !target, !target, !transept.mask<target x target>) -> !target
  return %back : !target
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>
!source = !transept.rows<source x 4 x f32>
!weights = !transept.attention_weights<target x source x 2>

// Attention weights of the source are incremental as the attention is.

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    -> (!transept.rows<target x 4 x f32>, !transept.attention_weights<target x source x 2>)
// CHECK:         %[[Y:.*]], %[[WEIGHTS:.*]] = transept.cross_attention
// CHECK-NEXT:    return %[[Y]], %[[WEIGHTS]]
func.func @decode(%ids: !ids, %cache: !transept.encoder_cache<source x 4 x f32>) -> (!target, !weights) {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  %read = transept.cache_read %cache : (!transept.encoder_cache<source x 4 x f32>) -> !source
  %y, %weights = transept.cross_attention %x, %read, %read heads 2
      : (!target, !source, !source) -> (!target, !weights)
  return %y, %weights : !target, !weights
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>
!source = !transept.rows<source x 4 x f32>

// A recurrence goes on behind the results that a cache of its own has; one that the source alone
// decides about is no matter of decode.

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    %[[PAST:[a-z0-9]+]]: !transept.self_cache<target x 4 x f32>)
// CHECK:         %[[X:.*]] = transept.embedding
// CHECK-NEXT:    transept.gated_recurrence %[[X]], %[[X]] after %[[PAST]] :
func.func @decode(%ids: !ids) -> !target {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  %states = transept.gated_recurrence %x, %x : (!target, !target) -> !target
  return %states : !target
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>
!mask = !transept.mask<target x target>
!bias = !transept.bias<target x target x 2>

// Attentions that read the same keys share a cache. What rows say of distances is theirs; the bias of
// what they see of themselves stays one of rows of the call.

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    (%{{.*}}: !transept.rows<target x 1 x i32>, %{{.*}}: !transept.self_cache<target x 4 x f32>, %{{.*}}: !transept.self_cache<target x 4 x f32>)
// CHECK:         %[[OTHERS:.*]] = transept.relative_scores {{.*}} ahead 1 : {{.*}} -> <target x target.history x 2>
// CHECK:         %[[OWN:.*]] = transept.relative_scores {{.*}} -> <target x target x 2>
// CHECK:         %[[KEYS:.*]] = transept.cache_append
// CHECK:         %[[VALUES:.*]] = transept.cache_append
// CHECK:         transept.merged_attention %[[X:.*]], %[[KEYS]], %[[VALUES]] memory %[[X]], %[[X]] mask %{{.*}} bias %[[OTHERS]] memory_bias %[[OWN]]
// CHECK:         transept.attention %{{.*}}, %[[KEYS]], %[[VALUES]]
func.func @decode(%ids: !ids) -> !target {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  %causal = transept.causal_mask : !mask
  %others = transept.relative_scores %x buckets 2 maximum_distance 8 ahead 1 : !target -> !bias
  %own = transept.relative_scores %x buckets 2 maximum_distance 8 : !target -> !bias
  %seen = transept.merged_attention %x, %x, %x memory %x, %x mask %causal bias %others memory_bias %own heads 2
      : (!target, !target, !target, !target, !target, !mask, !bias, !bias) -> !target
  %self = transept.attention %seen, %x, %x mask %causal heads 2 : (!target, !target, !target, !mask) -> !target
  return %self : !target
}

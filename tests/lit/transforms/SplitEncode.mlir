// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(split-encode)' | FileCheck %s
// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(split-encode)' --remarks-filter=staging --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Passed] split-encode | Category:staging | Remark="encode hands 2 values to decode"

!ids = !transept.rows<source x 1 x i32>
!next = !transept.rows<target x 1 x i32>
!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>
!table = tensor<9x4xf32>
!square = tensor<4x4xf32>

// What depends on the source alone goes to encode; keys and values cross, in the order in which
// decode reads them; weights are copied to where they are used, also if both sides use them.

// CHECK-LABEL: func.func @encode
// CHECK-SAME:    (%[[IDS:.*]]: !transept.rows<source x 1 x i32>) ->
// CHECK-SAME:    (!transept.rows<source x 4 x f32>, !transept.encoder_cache<source x 4 x f32>, !transept.encoder_cache<source x 4 x f32>)
// CHECK:         %[[TABLE:.*]] = transept.parameter "shared"
// CHECK:         %[[STATES:.*]] = transept.embedding %[[IDS]], %[[TABLE]]
// CHECK:         %[[WV:.*]] = transept.parameter "value"
// CHECK:         %[[VALUE:.*]] = transept.linear %[[STATES]], %[[WV]]
// CHECK:         %[[WK:.*]] = transept.parameter "key"
// CHECK:         %[[KEY:.*]] = transept.linear %[[STATES]], %[[WK]]
// CHECK:         %[[KEYS:.*]] = transept.cache_store %[[KEY]]
// CHECK:         %[[VALUES:.*]] = transept.cache_store %[[VALUE]]
// CHECK:         return %[[STATES]], %[[KEYS]], %[[VALUES]]

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    (%[[IDS:.*]]: !transept.rows<target x 1 x i32>, %[[KEYS:.*]]: !transept.encoder_cache<{{.*}}>, %[[VALUES:.*]]: !transept.encoder_cache<{{.*}}>) -> !transept.rows<target x 9 x f32>
// CHECK:         %[[TABLE:.*]] = transept.parameter "shared"
// CHECK:         %[[QUERY:.*]] = transept.embedding %[[IDS]], %[[TABLE]]
// CHECK:         %[[KEY:.*]] = transept.cache_read %[[KEYS]]
// CHECK:         %[[VALUE:.*]] = transept.cache_read %[[VALUES]]
// CHECK:         %[[MASK:.*]] = transept.padding_mask
// CHECK:         transept.cross_attention %[[QUERY]], %[[KEY]], %[[VALUE]] mask %[[MASK]]
// CHECK:         transept.logits
// CHECK-NOT:   @forward
func.func @forward(%source: !ids, %target: !next) -> (!transept.rows<target x 9 x f32>, !source) {
  %mask = transept.padding_mask : !transept.mask<target x source>
  %table = transept.parameter "shared" : !table
  %states = transept.embedding %source, %table : (!ids, !table) -> !source
  %query = transept.embedding %target, %table : (!next, !table) -> !target
  %wv = transept.parameter "value" : !square
  %value = transept.linear %states, %wv : (!source, !square) -> !source
  %wk = transept.parameter "key" : !square
  %key = transept.linear %states, %wk : (!source, !square) -> !source
  %read = transept.cross_attention %query, %key, %value mask %mask heads 2
      : (!target, !source, !source, !transept.mask<target x source>) -> !target
  %logits = transept.logits %read, %table : (!target, !table) -> !transept.rows<target x 9 x f32>
  return %logits, %states : !transept.rows<target x 9 x f32>, !source
}

// -----

!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>

// One value crosses once, however often it is read; what only encode reads does not cross.

// CHECK-LABEL: func.func @encode
// CHECK-SAME:    -> !transept.encoder_cache<source x 4 x f32>
// CHECK-LABEL: func.func @decode
// CHECK-COUNT-1: transept.cache_read
// CHECK-NOT:     transept.cache_read
func.func @forward(%source: !source, %target: !target) -> !target {
  %key = transept.scale %source by 2.0 : !source
  %once = transept.cross_attention %target, %key, %key heads 2 : (!target, !source, !source) -> !target
  %twice = transept.cross_attention %once, %key, %key heads 2 : (!target, !source, !source) -> !target
  return %twice : !target
}

// -----

!frames = !transept.rows<source.features x 3 x f32>
!windows = !transept.rows<source.windows x 9 x f32>
!inner = !transept.rows<source.windows x 4 x f32>
!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>
!weights = !transept.attention_weights<target x source x 2>

// What makes rows out of frames depends on the source; the caches hold rows of what comes out. Weights
// of the attention across are results of decode.

// CHECK-LABEL: func.func @encode
// CHECK-SAME:    (%[[FRAMES:.*]]: !transept.rows<source.features x 3 x f32>) ->
// CHECK-SAME:    (!transept.rows<source x 4 x f32>, !transept.encoder_cache<source x 4 x f32>)
// CHECK:         %[[WINDOWS:.*]] = transept.windows %[[FRAMES]] kernel 3 stride 2 padding 1
// CHECK:         %[[STEM:.*]] = transept.linear %[[WINDOWS]]
// CHECK:         %[[TOKEN:.*]] = transept.parameter "token"
// CHECK:         %[[ROWS:.*]] = transept.prepend_rows %[[TOKEN]], %[[STEM]]
// CHECK:         %[[POSITIONS:.*]] = transept.position_embedding %[[ROWS]]
// CHECK:         %[[STATES:.*]] = transept.add %[[ROWS]], %[[POSITIONS]]
// CHECK:         %[[STORED:.*]] = transept.cache_store %[[STATES]]
// CHECK:         return %[[STATES]], %[[STORED]]

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    (%[[X:.*]]: !transept.rows<target x 4 x f32>, %[[CACHE:.*]]: !transept.encoder_cache<source x 4 x f32>)
// CHECK-SAME:    -> (!transept.rows<target x 4 x f32>, !transept.attention_weights<target x source x 1>)
// CHECK-NEXT:    %[[READ:.*]] = transept.cache_read %[[CACHE]]
// CHECK-NEXT:    %[[Y:.*]], %[[WEIGHTS:.*]] = transept.cross_attention %[[X]], %[[READ]], %[[READ]]
// CHECK-NEXT:    %[[MEAN:.*]] = transept.average_heads %[[WEIGHTS]]
// CHECK-NEXT:    return %[[Y]], %[[MEAN]]
func.func @forward(%frames: !frames, %x: !target)
    -> (!source, !target, !transept.attention_weights<target x source x 1>) {
  %windows = transept.windows %frames kernel 3 stride 2 padding 1 : (!frames) -> !windows
  %w = transept.parameter "w" : tensor<4x9xf32>
  %stem = transept.linear %windows, %w : (!windows, tensor<4x9xf32>) -> !inner
  %token = transept.parameter "token" : tensor<1x4xf32>
  %rows = transept.prepend_rows %token, %stem : (tensor<1x4xf32>, !inner) -> !source
  %table = transept.parameter "positions" : tensor<9x4xf32>
  %positions = transept.position_embedding %rows, %table : (!source, tensor<9x4xf32>) -> !source
  %states = transept.add %rows, %positions : !source
  %y, %weights = transept.cross_attention %x, %states, %states heads 2
      : (!target, !source, !source) -> (!target, !weights)
  %mean = transept.average_heads %weights : (!weights) -> !transept.attention_weights<target x source x 1>
  return %states, %y, %mean : !source, !target, !transept.attention_weights<target x source x 1>
}

// -----

!source = !transept.rows<source x 4 x f32>

// An encoder alone: decode has nothing to do.

// CHECK-LABEL: func.func @encode
// CHECK:         return %{{.*}} : !transept.rows<source x 4 x f32>
// CHECK-LABEL: func.func @decode()
// CHECK-NEXT:    return
func.func @forward(%source: !source) -> !source {
  %states = transept.scale %source by 2.0 : !source
  return %states : !source
}

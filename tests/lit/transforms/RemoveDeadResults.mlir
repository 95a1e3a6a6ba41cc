// RUN: transept-opt %s --pass-pipeline='builtin.module(remove-dead-results)' --split-input-file | FileCheck %s
// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(remove-dead-results)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Passed] remove-dead-results | Category:fusion | Remark="nobody reads the normalized rows"
// REMARK: [Passed] remove-dead-results | Category:fusion | Remark="decode does not read this cache"
// REMARK: [Passed] remove-dead-results | Category:fusion | Remark="nobody reads the attention weights"

!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>
!cache = !transept.encoder_cache<source x 4 x f32>
!square = tensor<4x4xf32>

// The first cache and one of the two normalized results have no readers.

// CHECK-LABEL: func.func @encode
// CHECK-SAME:    (%[[A:.*]]: {{.*}}, %[[B:.*]]: {{.*}}) -> (!transept.rows<source x 4 x f32>, !transept.encoder_cache<source x 4 x f32>)
// CHECK:         %[[STORED:.*]] = transept.cache_store %[[B]]
// CHECK-NEXT:    return %[[A]], %[[STORED]]
func.func @encode(%a: !source, %b: !source) -> (!source, !cache, !cache) {
  %first = transept.cache_store %a : (!source) -> !cache
  %second = transept.cache_store %b : (!source) -> !cache
  return %a, %first, %second : !source, !cache, !cache
}

// CHECK-LABEL: func.func @decode
// CHECK-SAME:    (%[[X:.*]]: !transept.rows<target x 4 x f32>, %[[READ:.*]]: !transept.encoder_cache<source x 4 x f32>)
// CHECK:         %[[Y:.*]] = transept.linear %[[X]], {{.*}} -> !transept.rows<target x 4 x f32>
// CHECK:         %{{.*}}, %[[NORM:.*]] = transept.linear %[[Y]],
// CHECK:         transept.cache_read %[[READ]]
func.func @decode(%x: !target, %unused: !cache, %cache: !cache) -> (!target, !target) {
  %w = transept.parameter "w" : !square
  %y, %nobody = transept.linear %x, %w norm <rms, epsilon = 1.0e-6> : (!target, !square) -> (!target, !target)
  %z, %norm = transept.linear %y, %w norm <rms, epsilon = 1.0e-6> : (!target, !square) -> (!target, !target)
  %key = transept.cache_read %cache : (!cache) -> !source
  %out = transept.cross_attention %z, %key, %key heads 2 : (!target, !source, !source) -> !target
  return %out, %norm : !target, !target
}

// -----

!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>
!mask = !transept.mask<target x source>
!bias = !transept.bias<target x source x 2>
!weights = !transept.attention_weights<target x source x 2>

// Weights that nobody reads go, with everything else of the attention kept; an average is a reader.

// CHECK-LABEL: func.func @weights
// CHECK:         %[[ROWS:.*]] = transept.cross_attention %arg0, %arg1, %arg1 mask %arg2 bias %arg3 heads 2 {scale = 5.0{{.*}}} : {{.*}} -> !transept.rows<target x 4 x f32>
// CHECK:         %{{.*}}, %[[WEIGHTS:.*]] = transept.cross_attention %[[ROWS]]
// CHECK:         transept.average_heads %[[WEIGHTS]]
func.func @weights(%x: !target, %y: !source, %mask: !mask, %bias: !bias)
    -> (!target, !transept.attention_weights<target x source x 1>) {
  %rows, %unread = transept.cross_attention %x, %y, %y mask %mask bias %bias heads 2 {scale = 0.5}
      : (!target, !source, !source, !mask, !bias) -> (!target, !weights)
  %more, %weights = transept.cross_attention %rows, %y, %y heads 2
      : (!target, !source, !source) -> (!target, !weights)
  %mean = transept.average_heads %weights : (!weights) -> !transept.attention_weights<target x source x 1>
  return %more, %mean : !target, !transept.attention_weights<target x source x 1>
}

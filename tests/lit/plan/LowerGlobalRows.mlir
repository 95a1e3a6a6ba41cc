// RUN: transept-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v3})' | FileCheck %s
// What all rows look at beside their window is a second launch over rows of another space.

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 20 x f32>
!blocks = !transept.rows<source.blocks x 20 x f32>
!bias = !transept.bias<source x source.blocks x 2>

// CHECK:       plan.weight @[[TABLE:.*]] <distances, 1, f32> size 520
// CHECK-LABEL: plan.program @encode
// CHECK:       plan.embed "embedding" into %[[X:[0-9]+]]
// CHECK:       %[[SUMS:.*]] = plan.buffer : <source.blocks x 20, stride 32>
// CHECK-NEXT:  plan.sum_blocks "sum_blocks" %[[X]] into %[[SUMS]] of 4
// CHECK:       %[[RESULT:.*]] = plan.buffer : <source x 20, stride 32>
// CHECK:       %[[OWN:.*]] = plan.buffer : <source x 20, stride 32>
// CHECK:       %[[STATE:.*]] = plan.buffer : <source x 4, stride 4>
// CHECK-NEXT:  plan.attend "merged_attention" rows %[[X]], %[[X]], %[[X]] into %[[OWN]] state %[[STATE]] {{.*}}window_after = 3 : i64, window_before = 3 : i64
// CHECK-NEXT:  plan.attend "merged_attention" other_rows %[[X]], %[[SUMS]], %[[SUMS]] into %[[RESULT]] state %[[STATE]] previous %[[OWN]] bias @[[TABLE]] blocks 4 {bias_reach = 32 : i64
func.func @encode(%ids: !ids) -> !rows {
  %words = transept.parameter "words" : tensor<33x20xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<33x20xf32>) -> !rows
  %sums = transept.sum_blocks %x of 4 : (!rows) -> !blocks
  %window = transept.window_mask before 3 after 3 : !transept.mask<source x source>
  %table = transept.parameter "table" : tensor<8x2xf32>
  %bias = transept.relative_position_bias %table buckets 8 maximum_distance 16 bidirectional blocks 4
      : tensor<8x2xf32> -> !bias
  %r = transept.merged_attention %x, %x, %x memory %sums, %sums mask %window memory_bias %bias heads 2
      : (!rows, !rows, !rows, !blocks, !blocks, !transept.mask<source x source>, !bias) -> !rows
  return %r : !rows
}
func.func @decode() {
  return
}

// -----

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 20 x f32>
!requested = !transept.rows<source.requested x 20 x f32>
!mask = !transept.mask<source x source>

// CHECK-LABEL: plan.program @encode
// CHECK:       plan.embed "embedding" into %[[X:[0-9]+]]
// CHECK:       plan.take_requested "requested_rows" %[[X]] into %[[R:[0-9]+]]
// CHECK:       plan.attend "merged_attention" rows %[[X]], %[[X]], %[[X]] into %[[OWN:.*]] state %[[STATE:.*]] unrequested {
// CHECK-NEXT:  plan.attend "merged_attention" other_rows %[[X]], %[[R]], %[[R]] into %[[LOCAL:.*]] state %[[STATE]] previous %[[OWN]] {
// CHECK:       plan.attend "cross_attention" other_rows %[[R]], %[[X]], %[[X]] into %[[GLOBAL:[0-9]+]] {
// CHECK:       plan.replace_requested "replace_requested" %[[LOCAL]], %[[GLOBAL]] into
func.func @encode(%ids: !ids) -> !rows {
  %words = transept.parameter "words" : tensor<33x20xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<33x20xf32>) -> !rows
  %others = transept.unrequested_mask : !mask
  %r = transept.requested_rows %x : (!rows) -> !requested
  %local = transept.merged_attention %x, %x, %x memory %r, %r mask %others heads 2
      : (!rows, !rows, !rows, !requested, !requested, !mask) -> !rows
  %global = transept.cross_attention %r, %x, %x heads 2 : (!requested, !rows, !rows) -> !requested
  %s = transept.replace_requested %local, %global : (!rows, !requested) -> !rows
  return %s : !rows
}
func.func @decode() {
  return
}

// -----

!rows = !transept.rows<source x 20 x f32>
!blocks = !transept.rows<source.blocks x 20 x f32>

func.func @encode(%x: !rows) -> !rows {
  // expected-error @below {{expects a source of token ids, because rows of padding follow those of features, but got '!transept.rows<source x 20 x f32>'}}
  %sums = transept.sum_blocks %x of 4 : (!rows) -> !blocks
  %r = transept.merged_attention %x, %x, %x memory %sums, %sums heads 2
      : (!rows, !rows, !rows, !blocks, !blocks) -> !rows
  return %r : !rows
}
func.func @decode() {
  return
}

// -----

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 20 x f32>
!requested = !transept.rows<source.requested x 20 x f32>
!weights = !transept.attention_weights<source.requested x source x 2>

func.func @encode(%ids: !ids) -> !rows {
  %words = transept.parameter "words" : tensor<33x20xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<33x20xf32>) -> !rows
  %r = transept.requested_rows %x : (!rows) -> !requested
  // expected-error @below {{expects no weights of attention within the source}}
  %global, %weights = transept.cross_attention %r, %x, %x heads 2
      : (!requested, !rows, !rows) -> (!requested, !weights)
  %s = transept.replace_requested %x, %global : (!rows, !requested) -> !rows
  return %s : !rows
}
func.func @decode() {
  return
}

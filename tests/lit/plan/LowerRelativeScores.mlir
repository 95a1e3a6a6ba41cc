// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v3})' | FileCheck %s
// What rows say of distances is a buffer that attention reads; heads are one launch over panels of their own.

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 20 x f32>
!scores = !transept.rows<source x 6 x f32>
!bias = !transept.bias<source x source x 2>

// Each head's three outputs are filled up to a panel.

// CHECK:       plan.weight @[[WEIGHT:.*]] <panels, 16, f32> size 1280
// CHECK:       transept.weight_concatenate {{.*}} : (tensor<3x10xf32>, tensor<13x10xf32>, tensor<3x10xf32>, tensor<13x10xf32>) -> tensor<32x10xf32>
// CHECK:       plan.weight @[[BIAS:.*]] <vector, 16, f32> size 128
// CHECK-LABEL: plan.program @encode
// CHECK:       %[[SCORES:.*]] = plan.buffer : <source x 6, stride 16>
// CHECK:       plan.linear "head_linear" %[[X:.*]] into %[[SCORES]] weight @[[WEIGHT]] bias @[[BIAS]] heads 2 <
// CHECK:       plan.attend "attention" rows %[[X]], %[[X]], %[[X]] into %{{.*}} scores %[[SCORES]] {{{.*}}scores_after = 1 : i64, scores_before = 1 : i64
func.func @encode(%ids: !ids) -> !rows {
  %words = transept.parameter "words" : tensor<33x20xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<33x20xf32>) -> !rows
  %a = transept.parameter "a" : tensor<3x10xf32>
  %b = transept.parameter "b" : tensor<3x10xf32>
  %c = transept.parameter "c" : tensor<3xf32>
  %s = transept.head_linear %x weights %a, %b biases %c heads 2
      : (!rows, tensor<3x10xf32>, tensor<3x10xf32>, tensor<3xf32>) -> !scores
  %bias = transept.relative_scores %s before 1 after 1 : !scores -> !bias
  %r = transept.attention %x, %x, %x bias %bias heads 2 : (!rows, !rows, !rows, !bias) -> !rows
  return %r : !rows
}
func.func @decode() {
  return
}

// -----

!ids = !transept.rows<source x 1 x i32>
!rows = !transept.rows<source x 20 x f32>
!bias = !transept.bias<source x source x 2>

// One weight is that of all heads, and buckets are looked up: 2 * (20 + 16) + 1 of them.

// CHECK:       plan.weight @[[SHARED:.*]] <panels
// CHECK:       plan.weight @[[BUCKETS:.*]] <rows, 1, f32> size 292
// CHECK:       transept.distance_buckets buckets 10 maximum_distance 20 : tensor<73xf32>
// CHECK-LABEL: plan.program @encode
// CHECK:       plan.linear "head_linear" %{{.*}} into %[[SCORES:.*]] weight @[[SHARED]] heads 2 shared <
// CHECK:       plan.attend "attention" rows {{.*}} scores %[[SCORES]] bias @[[BUCKETS]] {bias_reach = 36 : i64
func.func @encode(%ids: !ids) -> !rows {
  %words = transept.parameter "words" : tensor<10x10xf32>
  %table = transept.parameter "table" : tensor<33x20xf32>
  %x = transept.embedding %ids, %table : (!ids, tensor<33x20xf32>) -> !rows
  %s = transept.head_linear %x weights %words heads 2 : (!rows, tensor<10x10xf32>) -> !rows
  %bias = transept.relative_scores %s buckets 10 maximum_distance 20 : !rows -> !bias
  %r = transept.attention %x, %x, %x bias %bias heads 2 : (!rows, !rows, !rows, !bias) -> !rows
  return %r : !rows
}
func.func @decode() {
  return
}

// -----

!rows = !transept.rows<target x 20 x f32>
!history = !transept.rows<target.history x 20 x f32>
!self = !transept.self_cache<target x 20 x f32>

// Memory of the queries' own rows is a second launch, in which each row sees itself alone.

// CHECK-LABEL: plan.program @decode
// CHECK:       plan.attend "merged_attention" pages %[[X:.*]], %[[X]], %[[X]] into %[[OWN:.*]] state %[[STATE:.*]] causal
// CHECK:       plan.attend "merged_attention" rows %[[X]], %[[X]], %[[X]] into %{{.*}} state %[[STATE]] previous %[[OWN]] {{{.*}}window_after = 0 : i64, window_before = 0 : i64
func.func @encode() {
  return
}
func.func @decode(%ids: !transept.rows<target x 1 x i32>, %a: !self, %b: !self) -> !rows {
  %table = transept.parameter "table" : tensor<33x20xf32>
  %x = transept.embedding %ids, %table : (!transept.rows<target x 1 x i32>, tensor<33x20xf32>) -> !rows
  %keys = transept.cache_append %a, %x : (!self, !rows) -> !history
  %values = transept.cache_append %b, %x : (!self, !rows) -> !history
  %mask = transept.causal_mask : !transept.mask<target x target.history>
  %r = transept.merged_attention %x, %keys, %values memory %x, %x mask %mask heads 2
      : (!rows, !history, !history, !rows, !rows, !transept.mask<target x target.history>) -> !rows
  return %r : !rows
}

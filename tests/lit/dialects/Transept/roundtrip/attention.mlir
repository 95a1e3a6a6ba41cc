// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Attention in all its forms survives printing and parsing.

!target = !transept.rows<target x 8 x f32>
!source = !transept.rows<source x 8 x f32>
!history = !transept.rows<target.history x 8 x f32>

// CHECK-LABEL: func @self_attention
func.func @self_attention(%x: !target, %history: !history, %table: tensor<32x2xf32>) {
  %mask = transept.causal_mask : !transept.mask<target x target.history>
  %bias = transept.relative_position_bias %table buckets 32 maximum_distance 128
      : tensor<32x2xf32> -> !transept.bias<target x target.history x 2>
  // CHECK: transept.attention %{{.*}}, %{{.*}}, %{{.*}} heads 2 :
  // CHECK-NOT: scale
  %0 = transept.attention %x, %x, %x heads 2 : (!target, !target, !target) -> !target
  // CHECK: transept.attention %{{.*}}, %{{.*}}, %{{.*}} mask %{{.*}} bias %{{.*}} heads 2 {scale = 5.000000e-01 : f64}
  %1 = transept.attention %x, %history, %history mask %mask bias %bias heads 2 {scale = 0.5}
      : (!target, !history, !history, !transept.mask<target x target.history>,
         !transept.bias<target x target.history x 2>) -> !target
  return
}

// CHECK-LABEL: func @cross_attention
func.func @cross_attention(%x: !target, %memory: !source,
                           %wide: !transept.rows<source x 16 x f32>) {
  %mask = transept.padding_mask : !transept.mask<target x source>
  // CHECK: transept.cross_attention %{{.*}} mask %{{.*}} heads 4
  %0 = transept.cross_attention %x, %memory, %memory mask %mask heads 4
      : (!target, !source, !source, !transept.mask<target x source>) -> !target
  // CHECK: -> !transept.rows<target x 16 x f32>
  %1 = transept.cross_attention %x, %memory, %wide heads 4
      : (!target, !source, !transept.rows<source x 16 x f32>) -> !transept.rows<target x 16 x f32>
  return
}

// CHECK-LABEL: func @shared_keys
func.func @shared_keys(%x: !target, %k: !transept.rows<target x 4 x f32>,
                       %memory: !transept.rows<source x 4 x f32>) {
  // CHECK: transept.attention %{{.*}} heads 4 key_heads 2 :
  %0 = transept.attention %x, %k, %k heads 4 key_heads 2
      : (!target, !transept.rows<target x 4 x f32>, !transept.rows<target x 4 x f32>) -> !target
  // CHECK: transept.cross_attention %{{.*}} heads 4 key_heads 2 soft_cap 5.000000e+01 {scale = 5.000000e-01 : f64} :
  %1 = transept.cross_attention %x, %memory, %memory heads 4 key_heads 2 soft_cap 50.0 {scale = 0.5}
      : (!target, !transept.rows<source x 4 x f32>, !transept.rows<source x 4 x f32>) -> !target
  return
}

// CHECK-LABEL: func @returned_weights
// CHECK-SAME: -> (!transept.attention_weights<target x source x 4>, !transept.attention_weights<target x source x 1>)
func.func @returned_weights(%x: !target, %memory: !source)
    -> (!transept.attention_weights<target x source x 4>, !transept.attention_weights<target x source x 1>) {
  // CHECK: %[[ROWS:.*]], %[[WEIGHTS:.*]] = transept.cross_attention {{.*}} heads 4 : {{.*}} -> (!transept.rows<target x 8 x f32>, !transept.attention_weights<target x source x 4>)
  %0, %weights = transept.cross_attention %x, %memory, %memory heads 4
      : (!target, !source, !source) -> (!target, !transept.attention_weights<target x source x 4>)
  // CHECK: transept.average_heads %[[WEIGHTS]] : (!transept.attention_weights<target x source x 4>) -> !transept.attention_weights<target x source x 1>
  %mean = transept.average_heads %weights
      : (!transept.attention_weights<target x source x 4>) -> !transept.attention_weights<target x source x 1>
  return %weights, %mean
      : !transept.attention_weights<target x source x 4>, !transept.attention_weights<target x source x 1>
}

// CHECK-LABEL: func @merged
func.func @merged(%x: !target, %memory: !source) {
  // CHECK: transept.merged_attention %{{.*}}, %{{.*}}, %{{.*}} memory %{{.*}}, %{{.*}} heads 2 :
  %0 = transept.merged_attention %x, %x, %x memory %memory, %memory heads 2
      : (!target, !target, !target, !source, !source) -> !target
  %mask = transept.causal_mask : !transept.mask<target x target>
  // CHECK: transept.merged_attention %{{.*}} memory %{{.*}}, %{{.*}} mask %{{.*}} heads 4 key_heads 4 soft_cap 5.000000e+01 {scale = 5.000000e-01 : f64} : {{.*}} -> (!transept.rows<target x 8 x f32>, !transept.attention_weights<target x source x 4>)
  %1, %2 = transept.merged_attention %x, %x, %x memory %memory, %memory mask %mask heads 4 key_heads 4 soft_cap 50.0 {scale = 0.5}
      : (!target, !target, !target, !source, !source, !transept.mask<target x target>)
      -> (!target, !transept.attention_weights<target x source x 4>)
  return
}

// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Caches cross function boundaries by type.

// CHECK-LABEL: func @encode
// CHECK-SAME: -> !transept.encoder_cache<source x 8 x f32>
func.func @encode(%x: !transept.rows<source x 8 x f32>)
    -> !transept.encoder_cache<source x 8 x f32> {
  // CHECK: transept.cache_store
  %0 = transept.cache_store %x
      : (!transept.rows<source x 8 x f32>) -> !transept.encoder_cache<source x 8 x f32>
  return %0 : !transept.encoder_cache<source x 8 x f32>
}

// CHECK-LABEL: func @decode
func.func @decode(%x: !transept.rows<target x 8 x bf16>,
                  %encoder: !transept.encoder_cache<source x 8 x f32>,
                  %self: !transept.self_cache<target x 8 x bf16>) {
  // CHECK: transept.cache_read
  %0 = transept.cache_read %encoder
      : (!transept.encoder_cache<source x 8 x f32>) -> !transept.rows<source x 8 x f32>
  // CHECK: transept.cache_append %{{.*}}, %{{.*}} : (!transept.self_cache<target x 8 x bf16>
  // CHECK-SAME: -> !transept.rows<target.history x 8 x bf16>
  %1 = transept.cache_append %self, %x
      : (!transept.self_cache<target x 8 x bf16>, !transept.rows<target x 8 x bf16>)
      -> !transept.rows<target.history x 8 x bf16>
  return
}

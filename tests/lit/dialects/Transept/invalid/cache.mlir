// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of the caches refuses what breaks it.

// cache_store_c1
!cache = !transept.encoder_cache<source x 8 x f32>
func.func @f(%x: !transept.rows<source x 4 x f32>) {
  // expected-error@+1 {{expects rows and cache to have the same space, width and element type, but got '!transept.rows<source x 4 x f32>' and '!transept.encoder_cache<source x 8 x f32>'}}
  %0 = transept.cache_store %x : (!transept.rows<source x 4 x f32>) -> !cache
  return
}

// -----

// cache_read_c1
!cache = !transept.encoder_cache<source x 8 x f32>
func.func @f(%c: !cache) {
  // expected-error@+1 {{expects rows and cache to have the same space, width and element type}}
  %0 = transept.cache_read %c : (!cache) -> !transept.rows<target x 8 x f32>
  return
}

// -----

// cache_append_c1
!self = !transept.self_cache<target x 8 x f32>
func.func @f(%c: !self, %x: !transept.rows<target x 8 x bf16>) {
  // expected-error@+1 {{expects rows and cache to have the same space, width and element type}}
  %0 = transept.cache_append %c, %x
      : (!self, !transept.rows<target x 8 x bf16>) -> !transept.rows<target.history x 8 x bf16>
  return
}

// -----

// cache_append_c2
!x = !transept.rows<target x 8 x f32>
!self = !transept.self_cache<target x 8 x f32>
func.func @f(%c: !self, %x: !x) {
  // expected-error@+1 {{expects the history to be the rows' space's, of the same width and type, but got '!transept.rows<target x 8 x f32>' and '!transept.rows<target x 8 x f32>'}}
  %0 = transept.cache_append %c, %x : (!self, !x) -> !x
  return
}

// RUN: transept-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(verify-staging)'

!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>
!cache = !transept.encoder_cache<source x 4 x f32>

// Reading a cache and attending to it is all that decode may do with the source.
func.func @decode(%x: !target, %cache: !cache) -> !target {
  %read = transept.cache_read %cache : (!cache) -> !source
  %out = transept.cross_attention %x, %read, %read heads 2 : (!target, !source, !source) -> !target
  return %out : !target
}

// -----

!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>
!cache = !transept.encoder_cache<source x 4 x f32>

func.func @decode(%x: !target, %cache: !cache) -> !target {
  %read = transept.cache_read %cache : (!cache) -> !source
  %weight = transept.parameter "key" : tensor<4x4xf32>
  // expected-error @below {{'transept.linear' op depends on the source alone, so it belongs in encode}}
  %key = transept.linear %read, %weight : (!source, tensor<4x4xf32>) -> !source
  %out = transept.cross_attention %x, %key, %read heads 2 : (!target, !source, !source) -> !target
  return %out : !target
}

// -----

!source = !transept.rows<source x 4 x f32>

// expected-error @below {{expects values of the source as encoder caches, but argument #0 has type '!transept.rows<source x 4 x f32>'}}
func.func @decode(%x: !source) -> !source {
  return %x : !source
}

// -----

!source = !transept.rows<source x 4 x f32>
!cache = !transept.encoder_cache<source x 4 x f32>

// expected-error @below {{returns a value that does not depend on the target}}
func.func @decode(%cache: !cache) -> !source {
  // expected-note @below {{the value is defined here}}
  %read = transept.cache_read %cache : (!cache) -> !source
  return %read : !source
}

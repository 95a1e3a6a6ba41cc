// RUN: transept-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v3})'

!source = !transept.rows<source x 4 x f32>
!target = !transept.rows<target x 4 x f32>

// expected-error @below {{expects the staged form: functions encode and decode}}
module {
  func.func @forward(%x: !source) -> !source {
    return %x : !source
  }
}

// -----

!target = !transept.rows<target x 4 x f32>

module {
  func.func @encode() {
    return
  }
  func.func @decode(%ids: !transept.rows<target x 1 x i32>) -> !transept.rows<target x 7 x f32> {
    %t = transept.parameter "t" : tensor<7x4xf32>
    %x = transept.embedding %ids, %t : (!transept.rows<target x 1 x i32>, tensor<7x4xf32>) -> !target
    // expected-error @below {{no kernel serves this operation in a compiled library}}
    %y = transept.logits %x, %t : (!target, tensor<7x4xf32>) -> !transept.rows<target x 7 x f32>
    return %y : !transept.rows<target x 7 x f32>
  }
}

// -----

!source = !transept.rows<source x 4 x f32>

module {
  func.func @encode() {
    return
  }
  func.func @decode(%a: !transept.encoder_cache<source x 4 x f32>) -> !source {
    // expected-error @below {{expects cached rows to be read by attention only, but transept.add reads them}}
    %x = transept.cache_read %a : (!transept.encoder_cache<source x 4 x f32>) -> !source
    %y = transept.add %x, %x : !source
    return %y : !source
  }
}

// -----

!source = !transept.rows<source x 4 x f32>

module {
  func.func @encode(%x: !source) -> (!source, !source) {
    // expected-error @below {{expects one result of rows of the last space beside caches, candidates and attention weights, but got '!transept.rows<source x 4 x f32>'}}
    return %x, %x : !source, !source
  }
  func.func @decode() {
    return
  }
}

// -----

!frames = !transept.rows<source.features x 4 x f32>

module {
  func.func @encode(%x: !frames) -> !frames {
    // expected-error @below {{expects one result of rows of the last space beside caches, candidates and attention weights, but got '!transept.rows<source.features x 4 x f32>'}}
    return %x : !frames
  }
  func.func @decode() {
    return
  }
}

// -----

!target = !transept.rows<target x 4 x f32>
!weights = !transept.attention_weights<target x source x 2>

module {
  func.func @encode() {
    return
  }
  // expected-error @below {{expects returned attention weights to be those of a cross-attention, or their average over the heads}}
  func.func @decode(%x: !target, %weights: !weights) -> (!target, !weights) {
    return %x, %weights : !target, !weights
  }
}

// -----

!target = !transept.rows<target x 4 x f32>
!source = !transept.rows<source x 4 x f32>

module {
  func.func @encode() {
    return
  }
  func.func @decode(%x: !target, %y: !source) -> !target {
    // expected-error @below {{expects cross-attention to read an encoder cache}}
    %z = transept.cross_attention %x, %y, %y heads 2 : (!target, !source, !source) -> !target
    return %z : !target
  }
}

// -----

!target = !transept.rows<target x 4 x f32>
!source = !transept.rows<source x 4 x f32>
!cache = !transept.encoder_cache<source x 4 x f32>

module {
  func.func @encode(%x: !source) -> (!cache, !cache) {
    %a = transept.cache_store %x : (!source) -> !cache
    return %a, %a : !cache, !cache
  }
  func.func @decode(%x: !target, %a: !cache, %b: !cache, %bias: !transept.bias<target x source x 2>) -> !target {
    %k = transept.cache_read %a : (!cache) -> !source
    %v = transept.cache_read %b : (!cache) -> !source
    // expected-error @below {{expects no mask but padding and no bias over an encoder cache}}
    %z = transept.cross_attention %x, %k, %v bias %bias heads 2
        : (!target, !source, !source, !transept.bias<target x source x 2>) -> !target
    return %z : !target
  }
}

// -----

!target = !transept.rows<target x 4 x f32>
!source = !transept.rows<source x 4 x f32>
!cache = !transept.encoder_cache<source x 4 x f32>

module {
  func.func @encode(%x: !source) -> !cache {
    %a = transept.cache_store %x : (!source) -> !cache
    return %a : !cache
  }
  func.func @decode(%x: !target, %a: !cache) -> !target {
    // expected-error @below {{expects keys and values in caches of their own}}
    %rows = transept.cache_read %a : (!cache) -> !source
    %z = transept.cross_attention %x, %rows, %rows heads 2 : (!target, !source, !source) -> !target
    return %z : !target
  }
}

// -----

// Before a convolution there are more rows than a program counts.
!frames = !transept.rows<source.frames x 4 x f32>
!source = !transept.rows<source x 12 x f32>

module {
  func.func @encode(%x: !frames) -> !source {
    %t = transept.parameter "t" : tensor<9x4xf32>
    // expected-error @below {{expects rows of the source or the target itself, because no others have positions and sequences in a compiled library, but got '!transept.rows<source.frames x 4 x f32>'}}
    %p = transept.position_embedding %x, %t : (!frames, tensor<9x4xf32>) -> !frames
    %y = transept.add %x, %p : !frames
    %z = transept.windows %y kernel 3 stride 2 padding 1 : (!frames) -> !source
    return %z : !source
  }
  func.func @decode() {
    return
  }
}

// -----

// A kernel knows one kind of chunks.
!source = !transept.rows<source x 4 x f32>
!mask = !transept.mask<source x source>

module {
  func.func @encode(%x: !source) -> !source {
    %a = transept.chunk_mask size 4 : !mask
    %b = transept.chunk_mask size 6 before 2 : !mask
    %both = transept.combine_masks %a, %b : !mask
    // expected-error @below {{expects a mask of one kind of chunks}}
    %y = transept.attention %x, %x, %x mask %both heads 2 : (!source, !source, !source, !mask) -> !source
    return %y : !source
  }
  func.func @decode() {
    return
  }
}

// -----

!frames = !transept.rows<source.frames x 4 x f32>
!target = !transept.rows<target x 4 x f32>
!cache = !transept.encoder_cache<source.frames x 4 x f32>

module {
  func.func @encode(%x: !frames) -> (!cache, !cache) {
    // expected-error @below {{expects rows of the source or the target itself}}
    %a = transept.cache_store %x : (!frames) -> !cache
    %b = transept.cache_store %x : (!frames) -> !cache
    return %a, %b : !cache, !cache
  }
  func.func @decode(%x: !target, %a: !cache, %b: !cache) -> !target {
    %k = transept.cache_read %a : (!cache) -> !frames
    %v = transept.cache_read %b : (!cache) -> !frames
    %z = transept.cross_attention %x, %k, %v heads 2 : (!target, !frames, !frames) -> !target
    return %z : !target
  }
}

// -----

!ids = !transept.rows<source.letters x 1 x i32>
!letters = !transept.rows<source.letters x 4 x f32>
!source = !transept.rows<source x 12 x f32>

module {
  func.func @encode(%ids: !ids) -> !source {
    %t = transept.parameter "t" : tensor<9x4xf32>
    // expected-error @below {{expects rows of the source or the target itself}}
    %x = transept.embedding %ids, %t : (!ids, tensor<9x4xf32>) -> !letters
    %z = transept.windows %x kernel 3 stride 2 padding 1 : (!letters) -> !source
    return %z : !source
  }
  func.func @decode() {
    return
  }
}

// -----

module {
  func.func @encode() {
    return
  }
  // expected-note @below {{the first is '!transept.rows<target x 4 x f32>'}}
  func.func @decode(%a: !transept.rows<target x 4 x f32>,
                    // expected-error @below {{expects one argument of rows of the target, because a compiled library is given one, but got a second}}
                    %b: !transept.rows<target x 4 x f32>) -> !transept.rows<target x 4 x f32> {
    %s = transept.add %a, %b : !transept.rows<target x 4 x f32>
    return %s : !transept.rows<target x 4 x f32>
  }
}

// -----

module {
  // expected-note @below {{the first is '!transept.rows<source.features x 4 x f32>'}}
  func.func @encode(%a: !transept.rows<source.features x 4 x f32>,
                    // expected-error @below {{expects one argument of rows of the source, because a compiled library is given one, but got a second}}
                    %b: !transept.rows<source x 1 x i32>) {
    return
  }
  func.func @decode() {
    return
  }
}

// -----

module {
  // expected-error @below {{expects weights to be parameters, but got an argument 'tensor<4x4xf32>'}}
  func.func @encode(%w: tensor<4x4xf32>) {
    return
  }
  func.func @decode() {
    return
  }
}

// -----

module {
  // expected-error @below {{expects rows of f32 or of i32 ids, but got '!transept.rows<source x 4 x f64>'}}
  func.func @encode(%a: !transept.rows<source x 4 x f64>) {
    return
  }
  func.func @decode() {
    return
  }
}

// -----

module {
  func.func @encode() {
    return
  }
  // expected-error @below {{expects rows of the target as argument of decode, but got '!transept.rows<source x 4 x f32>'}}
  func.func @decode(%a: !transept.rows<source x 4 x f32>) {
    return
  }
}

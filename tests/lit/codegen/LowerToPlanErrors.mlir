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
  func.func @decode(%ids: !transept.rows<target x 1 x i32>) -> !target {
    %t = transept.parameter "t" : tensor<7x4xf32>
    // expected-error @below {{no kernel serves this operation}}
    %x = transept.position_embedding %ids, %t : (!transept.rows<target x 1 x i32>, tensor<7x4xf32>) -> !target
    return %x : !target
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

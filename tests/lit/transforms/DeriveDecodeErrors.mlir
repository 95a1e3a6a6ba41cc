// RUN: transept-opt %s --split-input-file --verify-diagnostics --allow-unregistered-dialect --pass-pipeline='builtin.module(derive-decode)'

// expected-error @below {{expects a function 'decode' with a body}}
module {
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>

func.func @decode(%ids: !ids) -> !target {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  // expected-error @below {{lets a query see target positions behind its own; expects a mask that includes a causal mask}}
  %self = transept.attention %x, %x, %x heads 2 : (!target, !target, !target) -> !target
  return %self : !target
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>
!mask = !transept.mask<target x target>

func.func @decode(%ids: !ids) -> !target {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  // expected-note @below {{the mask is defined here}}
  %mask = transept.window_mask before 3 after 1 : !mask
  // expected-error @below {{lets a query see target positions behind its own}}
  %self = transept.attention %x, %x, %x mask %mask heads 2 : (!target, !target, !target, !mask) -> !target
  return %self : !target
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>

func.func @decode(%ids: !ids) -> !target {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  // expected-error @below {{it is neither row-wise, nor causal self-attention, nor attention to the source}}
  %mixed = "test.convolution"(%x) : (!target) -> !target
  return %mixed : !target
}

// -----

!ids = !transept.rows<target x 1 x i32>
!target = !transept.rows<target x 4 x f32>
!source = !transept.rows<source x 4 x f32>

func.func @decode(%ids: !ids, %y: !source, %number: !transept.self_cache<target x 4 x f32>) -> !target {
  %words = transept.parameter "words" : tensor<9x4xf32>
  %x = transept.embedding %ids, %words : (!ids, tensor<9x4xf32>) -> !target
  %changed = "test.modulate"(%y, %number) : (!source, !transept.self_cache<target x 4 x f32>) -> !source
  // expected-error @below {{expects keys and values that depend on the source alone, but key depends on the target}}
  %out = transept.cross_attention %x, %changed, %y heads 2 : (!target, !source, !source) -> !target
  return %out : !target
}

// RUN: transept-opt %s --split-input-file --verify-diagnostics --allow-unregistered-dialect --pass-pipeline='builtin.module(split-encode)'

// expected-error @below {{expects a function 'forward' with a body}}
module {
}

// -----

// expected-error @below {{expects a result that depends on the target}}
func.func @forward(%source: !transept.rows<source x 4 x f32>, %target: !transept.rows<target x 1 x i32>) -> !transept.rows<source x 4 x f32> {
  return %source : !transept.rows<source x 4 x f32>
}

// -----

// expected-error @below {{expects arguments on the source or the target side, but argument #1 has type 'tensor<4xf32>'}}
func.func @forward(%target: !transept.rows<target x 4 x f32>, %weight: tensor<4xf32>) -> !transept.rows<target x 4 x f32> {
  return %target : !transept.rows<target x 4 x f32>
}

// -----

func.func @forward(%source: !transept.rows<source x 1 x i32>, %target: !transept.rows<target x 4 x f32>) -> !transept.rows<target x 4 x f32> {
  // expected-error @below {{reads a value of type '!transept.rows<source x 1 x i32>' that depends on the source alone, but only rows of floats can cross from encode to decode}}
  %mixed = "test.mix"(%source, %target) : (!transept.rows<source x 1 x i32>, !transept.rows<target x 4 x f32>) -> !transept.rows<target x 4 x f32>
  return %mixed : !transept.rows<target x 4 x f32>
}

// -----

!frames = !transept.rows<source.features x 4 x f32>
!source = !transept.rows<source x 12 x f32>

// A mask over windows may well be read by decode, but there is no cache for a value that is not rows.
func.func @forward(%frames: !frames, %target: !transept.rows<target x 1 x i32>) -> !transept.rows<target x 4 x f32> {
  %table = transept.parameter "t" : tensor<9x4xf32>
  %ids = "test.round"(%frames) : (!frames) -> !transept.rows<source x 1 x i32>
  // expected-error @below {{reads a value of type '!transept.rows<source x 1 x i32>' that depends on the source alone}}
  %mixed = "test.mix"(%ids, %target) : (!transept.rows<source x 1 x i32>, !transept.rows<target x 1 x i32>) -> !transept.rows<target x 4 x f32>
  return %mixed : !transept.rows<target x 4 x f32>
}

// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Numbers in attributes are those that a compiled library can hold.

!x = !transept.rows<target x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{attribute 'factor' failed to satisfy constraint: 64-bit float attribute that is finite as an f32}}
  %0 = transept.scale %x by 1.0e39 : !x
  return
}

// -----

!x = !transept.rows<target x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{attribute 'epsilon' failed to satisfy constraint: 64-bit float attribute that is finite as an f32}}
  %0 = transept.rms_norm %x epsilon 0x7FF8000000000000 : (!x) -> !x
  return
}

// -----

!x = !transept.rows<target x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{attribute 'scale' failed to satisfy constraint: 64-bit float attribute that is finite as an f32}}
  %0 = transept.attention %x, %x, %x heads 2 {scale = 0x7FF0000000000000 : f64} : (!x, !x, !x) -> !x
  return
}

// -----

!x = !transept.rows<target x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{attribute 'head_count' failed to satisfy constraint: 64-bit signless integer attribute whose maximum value is 2147483647}}
  %0 = transept.attention %x, %x, %x heads 9223372036854775807 : (!x, !x, !x) -> !x
  return
}

// -----

func.func @f() {
  // expected-error@+1 {{attribute 'after' failed to satisfy constraint: 64-bit signless integer attribute whose maximum value is 2147483647}}
  %0 = transept.window_mask before 0 after 9223372036854775807 : !transept.mask<source x source>
  return
}

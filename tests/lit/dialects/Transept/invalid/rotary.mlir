// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of rotary positions refuses what breaks it.

// rotary_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a positive head_count that divides the input's width, but got 3 and '!transept.rows<source x 8 x f32>'}}
  %0 = transept.rotary %x heads 3 dims 2 theta 1.0 : (!x) -> !x
  return
}

// -----

// rotary_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a positive head_count that divides the input's width, but got 0}}
  %0 = transept.rotary %x heads 0 dims 2 theta 1.0 : (!x) -> !x
  return
}

// -----

// rotary_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects an even number of dims from 2 to a head's 4, but got 3}}
  %0 = transept.rotary %x heads 2 dims 3 theta 1.0 : (!x) -> !x
  return
}

// -----

// rotary_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects an even number of dims from 2 to a head's 4, but got 6}}
  %0 = transept.rotary %x heads 2 dims 6 theta 1.0 : (!x) -> !x
  return
}

// -----

// rotary_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects an even number of dims from 2 to a head's 4, but got 0}}
  %0 = transept.rotary %x heads 2 dims 0 theta 1.0 : (!x) -> !x
  return
}

// -----

// rotary_c3
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a positive theta and factor}}
  %0 = transept.rotary %x heads 2 dims 4 theta 0.0 : (!x) -> !x
  return
}

// -----

// rotary_c3
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a positive theta and factor}}
  %0 = transept.rotary %x heads 2 dims 4 theta 1.0 {factor = -1.0} : (!x) -> !x
  return
}

// -----

// rotary_c4
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to have the same type}}
  %0 = transept.rotary %x heads 2 dims 4 theta 1.0 : (!x) -> !transept.rows<target x 8 x f32>
  return
}

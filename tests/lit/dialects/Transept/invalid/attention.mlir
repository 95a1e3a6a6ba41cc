// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of self-attention refuses what breaks it.

// attention_c1
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x) {
  // expected-error@+1 {{expects a positive head_count, but got 0}}
  %0 = transept.attention %q, %k, %k heads 0 : (!x, !x, !x) -> !x
  return
}

// -----

// attention_c1
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x) {
  // expected-error@+1 {{expects the width of query to be a multiple of 3 heads, but got '!transept.rows<target x 8 x f32>'}}
  %0 = transept.attention %q, %k, %k heads 3 : (!x, !x, !x) -> !x
  return
}

// -----

// attention_c1
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x, %v: !transept.rows<target x 6 x f32>) {
  // expected-error@+1 {{expects the width of value to be a multiple of 4 heads}}
  %0 = transept.attention %q, %k, %v heads 4
      : (!x, !x, !transept.rows<target x 6 x f32>) -> !transept.rows<target x 6 x f32>
  return
}

// -----

// attention_c2
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !transept.rows<target x 6 x f32>) {
  // expected-error@+1 {{expects query and key to have the same width, but got '!transept.rows<target x 8 x f32>' and '!transept.rows<target x 6 x f32>'}}
  %0 = transept.attention %q, %k, %q heads 2 : (!x, !transept.rows<target x 6 x f32>, !x) -> !x
  return
}

// -----

// attention_c3
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x, %v: !transept.rows<source.elsewhere x 8 x f32>) {
  // expected-error@+1 {{expects key and value to be rows of the same space}}
  %0 = transept.attention %q, %k, %v heads 2 : (!x, !x, !transept.rows<source.elsewhere x 8 x f32>) -> !x
  return
}

// -----

// attention_c4
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects keys of the queries' space or of its history, but got}}
  %0 = transept.attention %q, %k, %k heads 2 : (!x, !y, !y) -> !x
  return
}

// -----

// attention_c5
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x) {
  // expected-error@+1 {{expects result and query to be rows of the same space}}
  %0 = transept.attention %q, %k, %k heads 2 : (!x, !x, !x) -> !transept.rows<source.elsewhere x 8 x f32>
  return
}

// -----

// attention_c5
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x) {
  // expected-error@+1 {{expects result and value to have the same width}}
  %0 = transept.attention %q, %k, %k heads 2 : (!x, !x, !x) -> !transept.rows<target x 4 x f32>
  return
}

// -----

// attention_c6
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x, %m: !transept.mask<source.elsewhere x target>) {
  // expected-error@+1 {{expects a mask over target x target, but got '!transept.mask<source.elsewhere x target>'}}
  %0 = transept.attention %q, %k, %k mask %m heads 2
      : (!x, !x, !x, !transept.mask<source.elsewhere x target>) -> !x
  return
}

// -----

// attention_c6
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x, %b: !transept.bias<target x source.elsewhere x 2>) {
  // expected-error@+1 {{expects a bias over target x target, but got '!transept.bias<target x source.elsewhere x 2>'}}
  %0 = transept.attention %q, %k, %k bias %b heads 2
      : (!x, !x, !x, !transept.bias<target x source.elsewhere x 2>) -> !x
  return
}

// -----

// attention_c7
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x, %b: !transept.bias<target x target x 4>) {
  // expected-error@+1 {{expects a bias of 2 heads, but got '!transept.bias<target x target x 4>'}}
  %0 = transept.attention %q, %k, %k bias %b heads 2
      : (!x, !x, !x, !transept.bias<target x target x 4>) -> !x
  return
}

// -----

// attention_c8
!x = !transept.rows<source x 8 x f32>
!k = !transept.rows<source x 4 x f32>
func.func @f(%x: !x, %k: !k) {
  // expected-error@+1 {{expects a positive number of key_heads that divides head_count, but got 3 and 4}}
  %0 = transept.attention %x, %k, %k heads 4 key_heads 3 : (!x, !k, !k) -> !x
  return
}

// -----

// attention_c8
!x = !transept.rows<source x 8 x f32>
!k = !transept.rows<source x 4 x f32>
func.func @f(%x: !x, %k: !k) {
  // expected-error@+1 {{expects a positive number of key_heads that divides head_count, but got 0 and 4}}
  %0 = transept.attention %x, %k, %k heads 4 key_heads 0 : (!x, !k, !k) -> !x
  return
}

// -----

// attention_c2
!x = !transept.rows<source x 8 x f32>
!k = !transept.rows<source x 4 x f32>
func.func @f(%x: !x, %k: !k) {
  // expected-error@+1 {{expects heads of query and key to have the same width}}
  %0 = transept.attention %x, %k, %k heads 4 key_heads 1 : (!x, !k, !k) -> !x
  return
}

// -----

// attention_c5
!x = !transept.rows<source x 8 x f32>
!k = !transept.rows<source x 4 x f32>
func.func @f(%x: !x, %k: !k) {
  // expected-error@+1 {{expects heads of result and value to have the same width}}
  %0 = transept.attention %x, %k, %k heads 4 key_heads 2 : (!x, !k, !k) -> !k
  return
}

// -----

// attention_c9
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a positive soft_cap}}
  %0 = transept.attention %x, %x, %x heads 4 soft_cap 0.0 : (!x, !x, !x) -> !x
  return
}

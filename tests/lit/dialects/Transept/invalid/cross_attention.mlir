// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of cross-attention refuses what breaks it.

// cross_attention_c1
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects a positive head_count, but got 0}}
  %0 = transept.cross_attention %q, %k, %k heads 0 : (!x, !y, !y) -> !x
  return
}

// -----

// cross_attention_c1
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects the width of query to be a multiple of 3 heads, but got '!transept.rows<target x 8 x f32>'}}
  %0 = transept.cross_attention %q, %k, %k heads 3 : (!x, !y, !y) -> !x
  return
}

// -----

// cross_attention_c1
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y, %v: !transept.rows<source x 6 x f32>) {
  // expected-error@+1 {{expects the width of value to be a multiple of 4 heads}}
  %0 = transept.cross_attention %q, %k, %v heads 4
      : (!x, !y, !transept.rows<source x 6 x f32>) -> !transept.rows<target x 6 x f32>
  return
}

// -----

// cross_attention_c2
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !transept.rows<source x 6 x f32>) {
  // expected-error@+1 {{expects query and key to have the same width, but got '!transept.rows<target x 8 x f32>' and '!transept.rows<source x 6 x f32>'}}
  %0 = transept.cross_attention %q, %k, %q heads 2 : (!x, !transept.rows<source x 6 x f32>, !x) -> !x
  return
}

// -----

// cross_attention_c3
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y, %v: !transept.rows<source.elsewhere x 8 x f32>) {
  // expected-error@+1 {{expects key and value to be rows of the same space}}
  %0 = transept.cross_attention %q, %k, %v heads 2 : (!x, !y, !transept.rows<source.elsewhere x 8 x f32>) -> !x
  return
}

// -----

// cross_attention_c4
!x = !transept.rows<target x 8 x f32>
func.func @f(%q: !x, %k: !x) {
  // expected-error@+1 {{expects keys of another space than the queries, but got}}
  %0 = transept.cross_attention %q, %k, %k heads 2 : (!x, !x, !x) -> !x
  return
}

// -----

// cross_attention_c5
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects result and query to be rows of the same space}}
  %0 = transept.cross_attention %q, %k, %k heads 2 : (!x, !y, !y) -> !transept.rows<source.elsewhere x 8 x f32>
  return
}

// -----

// cross_attention_c5
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects result and value to have the same width}}
  %0 = transept.cross_attention %q, %k, %k heads 2 : (!x, !y, !y) -> !transept.rows<target x 4 x f32>
  return
}

// -----

// cross_attention_c6
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y, %m: !transept.mask<source.elsewhere x source>) {
  // expected-error@+1 {{expects a mask over target x source, but got '!transept.mask<source.elsewhere x source>'}}
  %0 = transept.cross_attention %q, %k, %k mask %m heads 2
      : (!x, !y, !y, !transept.mask<source.elsewhere x source>) -> !x
  return
}

// -----

// cross_attention_c6
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y, %b: !transept.bias<target x source.elsewhere x 2>) {
  // expected-error@+1 {{expects a bias over target x source, but got '!transept.bias<target x source.elsewhere x 2>'}}
  %0 = transept.cross_attention %q, %k, %k bias %b heads 2
      : (!x, !y, !y, !transept.bias<target x source.elsewhere x 2>) -> !x
  return
}

// -----

// cross_attention_c7
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y, %b: !transept.bias<target x source x 4>) {
  // expected-error@+1 {{expects a bias of 2 heads, but got '!transept.bias<target x source x 4>'}}
  %0 = transept.cross_attention %q, %k, %k bias %b heads 2
      : (!x, !y, !y, !transept.bias<target x source x 4>) -> !x
  return
}

// -----

// cross_attention_c4
!x = !transept.rows<target x 8 x f32>
!h = !transept.rows<target.history x 8 x f32>
func.func @f(%q: !x, %k: !h) {
  // expected-error@+1 {{expects keys of another space than the queries, but got}}
  %0 = transept.cross_attention %q, %k, %k heads 2 : (!x, !h, !h) -> !x
  return
}

// -----

// cross_attention_c8
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects weights over the spaces of query and key, of all heads, but got '!transept.attention_weights<source x target x 2>' and '!transept.attention_weights<target x source x 2>'}}
  %0, %w = transept.cross_attention %q, %k, %k heads 2
      : (!x, !y, !y) -> (!x, !transept.attention_weights<source x target x 2>)
  return
}

// -----

// cross_attention_c8
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects weights over the spaces of query and key, of all heads, but got '!transept.attention_weights<target x source x 1>'}}
  %0, %w = transept.cross_attention %q, %k, %k heads 2
      : (!x, !y, !y) -> (!x, !transept.attention_weights<target x source x 1>)
  return
}

// -----

// average_heads_c1
!w = !transept.attention_weights<target x source x 2>
func.func @f(%w: !w) {
  // expected-error@+1 {{expects one head over the spaces of the weights, but got '!transept.attention_weights<target x source x 2>'}}
  %0 = transept.average_heads %w : (!w) -> !w
  return
}

// -----

// average_heads_c1
!w = !transept.attention_weights<target x source x 2>
func.func @f(%w: !w) {
  // expected-error@+1 {{expects one head over the spaces of the weights}}
  %0 = transept.average_heads %w : (!w) -> !transept.attention_weights<source x source x 1>
  return
}

// -----

// average_heads_c1
!w = !transept.attention_weights<target x source x 2>
func.func @f(%w: !w) {
  // expected-error@+1 {{expects one head over the spaces of the weights}}
  %0 = transept.average_heads %w : (!w) -> !transept.attention_weights<target x target x 1>
  return
}

// -----

// cross_attention_c1
// The type of the weights cannot be made for no heads.
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>
!w = !transept.attention_weights<target x source x 1>
func.func @f(%q: !x, %k: !y) {
  // expected-error@+1 {{expects a positive head_count, but got 0}}
  %0, %1 = transept.cross_attention %q, %k, %k heads 0 : (!x, !y, !y) -> (!x, !w)
  return
}

// -----

// cross_attention_c9
!t = !transept.rows<target x 8 x f32>
!k = !transept.rows<source x 4 x f32>
func.func @f(%x: !t, %k: !k) {
  // expected-error@+1 {{expects a positive number of key_heads that divides head_count, but got 3 and 4}}
  %0 = transept.cross_attention %x, %k, %k heads 4 key_heads 3 : (!t, !k, !k) -> !t
  return
}

// -----

// cross_attention_c2
!t = !transept.rows<target x 8 x f32>
!k = !transept.rows<source x 4 x f32>
func.func @f(%x: !t, %k: !k) {
  // expected-error@+1 {{expects heads of query and key to have the same width}}
  %0 = transept.cross_attention %x, %k, %k heads 4 key_heads 1 : (!t, !k, !k) -> !t
  return
}

// -----

// cross_attention_c10
!t = !transept.rows<target x 8 x f32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !t, %k: !x) {
  // expected-error@+1 {{expects a positive soft_cap}}
  %0 = transept.cross_attention %x, %k, %k heads 4 soft_cap -2.0 : (!t, !x, !x) -> !t
  return
}

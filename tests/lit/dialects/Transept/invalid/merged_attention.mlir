// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of attention to two kinds of keys refuses what breaks it.

// merged_attention_c1
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects a positive head_count, but got 0}}
  %0 = transept.merged_attention %t, %t, %t memory %s, %s heads 0 : (!t, !t, !t, !s, !s) -> !t
  return
}

// -----

// merged_attention_c1
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects the width of query to be a multiple of 3 heads}}
  %0 = transept.merged_attention %t, %t, %t memory %s, %s heads 3 : (!t, !t, !t, !s, !s) -> !t
  return
}

// -----

// merged_attention_c2
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
!k = !transept.rows<target x 4 x f32>
func.func @f(%t: !t, %k: !k, %s: !s) {
  // expected-error@+1 {{expects query and key to have the same width}}
  %0 = transept.merged_attention %t, %k, %t memory %s, %s heads 2 : (!t, !k, !t, !s, !s) -> !t
  return
}

// -----

// merged_attention_c3
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects key and value to be rows of the same space}}
  %0 = transept.merged_attention %t, %t, %s memory %s, %s heads 2 : (!t, !t, !s, !s, !s) -> !t
  return
}

// -----

// merged_attention_c4
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects keys of the queries' space or of its history}}
  %0 = transept.merged_attention %t, %s, %s memory %s, %s heads 2 : (!t, !s, !s, !s, !s) -> !t
  return
}

// -----

// merged_attention_c5
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects result and query to be rows of the same space}}
  %0 = transept.merged_attention %t, %t, %t memory %s, %s heads 2 : (!t, !t, !t, !s, !s) -> !s
  return
}

// -----

// merged_attention_c6
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
!m = !transept.mask<target x source>
func.func @f(%t: !t, %s: !s, %m: !m) {
  // expected-error@+1 {{expects a mask over target x target}}
  %0 = transept.merged_attention %t, %t, %t memory %s, %s mask %m heads 2 : (!t, !t, !t, !s, !s, !m) -> !t
  return
}

// -----

// merged_attention_c7
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
!b = !transept.bias<target x target x 4>
func.func @f(%t: !t, %s: !s, %b: !b) {
  // expected-error@+1 {{expects a bias of 2 heads}}
  %0 = transept.merged_attention %t, %t, %t memory %s, %s bias %b heads 2 : (!t, !t, !t, !s, !s, !b) -> !t
  return
}

// -----

// merged_attention_c8
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects a positive number of key_heads that divides head_count, but got 3 and 4}}
  %0 = transept.merged_attention %t, %t, %t memory %s, %s heads 4 key_heads 3 : (!t, !t, !t, !s, !s) -> !t
  return
}

// -----

// merged_attention_c9
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects a positive soft_cap}}
  %0 = transept.merged_attention %t, %t, %t memory %s, %s heads 2 soft_cap -1.0 : (!t, !t, !t, !s, !s) -> !t
  return
}

// -----

// merged_attention_c10
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects memory_key and memory_value to be rows of one space, another or the queries'}}
  %0 = transept.merged_attention %t, %t, %t memory %t, %s heads 2 : (!t, !t, !t, !t, !s) -> !t
  return
}

// -----

// merged_attention_c10
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
!k = !transept.rows<source x 4 x f32>
func.func @f(%t: !t, %k: !k, %s: !s) {
  // expected-error@+1 {{expects memory_key and memory_value to be as wide as key and value}}
  %0 = transept.merged_attention %t, %t, %t memory %k, %s heads 2 : (!t, !t, !t, !k, !s) -> !t
  return
}

// -----

// merged_attention_c11
!t = !transept.rows<target x 8 x f32>
!s = !transept.rows<source x 8 x f32>
!w = !transept.attention_weights<target x target x 2>
func.func @f(%t: !t, %s: !s) {
  // expected-error@+1 {{expects weights over the spaces of query and memory_key, which is another, of all heads}}
  %0, %1 = transept.merged_attention %t, %t, %t memory %s, %s heads 2 : (!t, !t, !t, !s, !s) -> (!t, !w)
  return
}

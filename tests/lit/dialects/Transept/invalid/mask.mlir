// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of masks and position biases refuses what breaks it.

// causal_mask_c1
func.func @f() {
  // expected-error@+1 {{expects keys of the queries' space or of its history, but got '!transept.mask<target x source>'}}
  %0 = transept.causal_mask : !transept.mask<target x source>
  return
}

// -----

// window_mask_c1
func.func @f() {
  // expected-error@+1 {{expects keys of the queries' space or of its history}}
  %0 = transept.window_mask before 1 after 1 : !transept.mask<target x source>
  return
}

// -----

// window_mask_c2
func.func @f() {
  // expected-error@+1 {{expects before and after not to be negative, but got -1 and 1}}
  %0 = transept.window_mask before -1 after 1 : !transept.mask<target x target>
  return
}

// -----

// chunk_mask_c1
func.func @f() {
  // expected-error@+1 {{expects keys of the queries' space or of its history}}
  %0 = transept.chunk_mask size 8 : !transept.mask<target x source>
  return
}

// -----

// chunk_mask_c2
func.func @f() {
  // expected-error@+1 {{expects a size of 1 to 1048576 and 0 to 1024 chunks before, but got 0 and 2}}
  %0 = transept.chunk_mask size 0 before 2 : !transept.mask<source x source>
  return
}

// -----

// chunk_mask_c2
func.func @f() {
  // expected-error@+1 {{expects a size of 1 to 1048576 and 0 to 1024 chunks before, but got 8 and 1025}}
  %0 = transept.chunk_mask size 8 before 1025 : !transept.mask<source x source>
  return
}

// -----

// relative_position_bias_c1
func.func @f(%t: tensor<32x8xf32>) {
  // expected-error@+1 {{expects a table of 32 buckets by 4 heads, but got 'tensor<32x8xf32>'}}
  %0 = transept.relative_position_bias %t buckets 32 maximum_distance 128
      : tensor<32x8xf32> -> !transept.bias<target x target x 4>
  return
}

// -----

// relative_position_bias_c1
func.func @f(%t: tensor<32x8xf32>) {
  // expected-error@+1 {{expects a table of 16 buckets by 8 heads}}
  %0 = transept.relative_position_bias %t buckets 16 maximum_distance 128
      : tensor<32x8xf32> -> !transept.bias<target x target x 8>
  return
}

// -----

// relative_position_bias_c2
func.func @f(%t: tensor<1x8xf32>) {
  // expected-error@+1 {{expects at least 2 buckets, but got 1}}
  %0 = transept.relative_position_bias %t buckets 1 maximum_distance 128
      : tensor<1x8xf32> -> !transept.bias<target x target x 8>
  return
}

// -----

// relative_position_bias_c2
func.func @f(%t: tensor<5x8xf32>) {
  // expected-error@+1 {{expects at least 4 buckets, an even number, but got 5}}
  %0 = transept.relative_position_bias %t buckets 5 maximum_distance 128 bidirectional
      : tensor<5x8xf32> -> !transept.bias<target x target x 8>
  return
}

// -----

// relative_position_bias_c3
func.func @f(%t: tensor<32x8xf32>) {
  // expected-error@+1 {{expects a maximum_distance above the 16 exact buckets, but got 16}}
  %0 = transept.relative_position_bias %t buckets 32 maximum_distance 16
      : tensor<32x8xf32> -> !transept.bias<target x target x 8>
  return
}

// -----

// relative_position_bias_c4
func.func @f(%t: tensor<32x8xf32>) {
  // expected-error@+1 {{expects keys of the queries' space or of its history}}
  %0 = transept.relative_position_bias %t buckets 32 maximum_distance 128
      : tensor<32x8xf32> -> !transept.bias<target x source x 8>
  return
}

// -----

// relative_scores_c1
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects either distances before and after or buckets with a maximum_distance}}
  %0 = transept.relative_scores %s before 1 : !s -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_scores_c1
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects either distances before and after or buckets with a maximum_distance}}
  %0 = transept.relative_scores %s before 1 after 1 buckets 3 maximum_distance 8 : !s -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_scores_c1
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects either distances before and after or buckets with a maximum_distance}}
  %0 = transept.relative_scores %s before 1 after 1 ahead 1 : !s -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_scores_c2
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects scores that are 32 numbers of each row of the queries}}
  %0 = transept.relative_scores %s before 2 after 1 : !s -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_scores_c2
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects scores that are 24 numbers of each row of the queries}}
  %0 = transept.relative_scores %s before 1 after 1 : !s -> !transept.bias<target x target x 8>
  return
}

// -----

// relative_scores_c3
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects keys of the queries' space or of its history}}
  %0 = transept.relative_scores %s before 1 after 1 : !s -> !transept.bias<source x target x 8>
  return
}

// -----

// relative_scores_c4
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects before and after of 0 to 1048576, but got -1 and 3}}
  %0 = transept.relative_scores %s before -1 after 3 : !s -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_scores_c5
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects at least 4 buckets, an even number, but got 3}}
  %0 = transept.relative_scores %s buckets 3 maximum_distance 8 bidirectional : !s -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_scores_c5
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects a maximum_distance above the 1 exact buckets, but got 1}}
  %0 = transept.relative_scores %s buckets 3 maximum_distance 1 : !s -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_scores_c6
!s = !transept.rows<source x 24 x f32>
func.func @f(%s: !s) {
  // expected-error@+1 {{expects ahead of 0 to 65536, but got -1}}
  %0 = transept.relative_scores %s buckets 3 maximum_distance 8 ahead -1 : !s -> !transept.bias<source x source x 8>
  return
}

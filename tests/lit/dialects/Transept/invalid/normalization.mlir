// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of norms refuses what breaks it.

// layer_norm_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects gain to have the input's width, but got 'tensor<4xf32>' and '!transept.rows<source x 8 x f32>'}}
  %0 = transept.layer_norm %x gain %v epsilon 0.0 : (!x, tensor<4xf32>) -> !x
  return
}

// -----

// layer_norm_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects bias to have the input's width}}
  %0 = transept.layer_norm %x shift %v epsilon 0.0 : (!x, tensor<4xf32>) -> !x
  return
}

// -----

// layer_norm_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to have the same type}}
  %0 = transept.layer_norm %x epsilon 0.0 : (!x) -> !transept.rows<target x 8 x f32>
  return
}

// -----

// rms_norm_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects gain to have the input's width}}
  %0 = transept.rms_norm %x gain %v epsilon 0.0 : (!x, tensor<4xf32>) -> !x
  return
}

// -----

// rms_norm_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to have the same type}}
  %0 = transept.rms_norm %x epsilon 0.0 : (!x) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// rms_norm_c3
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a positive head_count that divides the input's width, but got 3}}
  %0 = transept.rms_norm %x heads 3 epsilon 0.0 : (!x) -> !x
  return
}

// -----

// rms_norm_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %v: tensor<8xf32>) {
  // expected-error@+1 {{expects gain to have a head's width, but got 'tensor<8xf32>'}}
  %0 = transept.rms_norm %x heads 2 gain %v epsilon 0.0 : (!x, tensor<8xf32>) -> !x
  return
}

// -----

// sequence_norm_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects gain to have the input's width, but got 'tensor<4xf32>'}}
  %0 = transept.sequence_norm %x gain %v epsilon 0.0 : (!x, tensor<4xf32>) -> !x
  return
}

// -----

// sequence_norm_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects bias to have the input's width, but got 'tensor<4xf32>'}}
  %0 = transept.sequence_norm %x shift %v epsilon 0.0 : (!x, tensor<4xf32>) -> !x
  return
}

// -----

// sequence_norm_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to have the same type}}
  %0 = transept.sequence_norm %x epsilon 0.0 : (!x) -> !transept.rows<source.a x 8 x f32>
  return
}

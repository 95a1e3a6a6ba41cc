// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of row-wise arithmetic refuses what breaks it.

// linear_c1
!w = tensor<16x8xf32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%y: !y, %w: !w) {
  // expected-error@+1 {{expects the weight's inputs to equal the input's width, but got 'tensor<16x8xf32>' and '!transept.rows<source x 16 x f32>'}}
  %0 = transept.linear %y, %w : (!y, !w) -> !y
  return
}

// -----

// linear_c2
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects the weight's outputs to equal the result's width, but got 'tensor<16x8xf32>' and '!transept.rows<source x 8 x f32>'}}
  %0 = transept.linear %x, %w : (!x, !w) -> !x
  return
}

// -----

// linear_c2
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects half of the weight's outputs to equal the result's width}}
  %0 = transept.linear %x, %w activation relu gated : (!x, !w) -> !y
  return
}

// -----

// linear_c3
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%x: !x, %w: !w, %b: tensor<8xf32>) {
  // expected-error@+1 {{expects a bias element for each output of the weight, but got 'tensor<8xf32>' and 'tensor<16x8xf32>'}}
  %0 = transept.linear %x, %w bias %b : (!x, !w, tensor<8xf32>) -> !y
  return
}

// -----

// linear_c4
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects input and result to be rows of the same space}}
  %0 = transept.linear %x, %w : (!x, !w) -> !transept.rows<target x 16 x f32>
  return
}

// -----

// linear_c5
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects residual and result to have the same type, but got '!transept.rows<source x 8 x f32>' and '!transept.rows<source x 16 x f32>'}}
  %0 = transept.linear %x, %w residual %x : (!x, !w, !x) -> !y
  return
}

// -----

// linear_c6
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%x: !x, %w: !w, %g: tensor<8xf32>) {
  // expected-error@+1 {{expects a norm where there is norm_gain, but got none}}
  %0 = transept.linear %x, %w gain %g : (!x, !w, tensor<8xf32>) -> !y
  return
}

// -----

// linear_c6
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%x: !x, %w: !w, %g: tensor<16xf32>) {
  // expected-error@+1 {{expects norm_bias to have the input's width, but got 'tensor<16xf32>'}}
  %0 = transept.linear %x, %w norm <layer, epsilon = 0.0> shift %g : (!x, !w, tensor<16xf32>) -> !y
  return
}

// -----

// linear_c7
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects a norm where normalized is returned, but got none}}
  %0, %1 = transept.linear %x, %w : (!x, !w) -> (!y, !x)
  return
}

// -----

// linear_c7
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
!y = !transept.rows<source x 16 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects normalized and input to have the same type, but got '!transept.rows<source x 16 x f32>'}}
  %0, %1 = transept.linear %x, %w norm <rms, epsilon = 0.0> : (!x, !w) -> (!y, !y)
  return
}

// -----

// linear_c8
!w = tensor<16x8xf32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects an activation where gated, but got none}}
  %0 = transept.linear %x, %w gated : (!x, !w) -> !x
  return
}

// -----

// slice_columns_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects columns that lie within the input's width, but got '!transept.rows<source x 4 x f32>' from column 5 of '!transept.rows<source x 8 x f32>'}}
  %0 = transept.slice_columns %x from 5 : (!x) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// slice_columns_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects columns that lie within the input's width}}
  %0 = transept.slice_columns %x from -1 : (!x) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// slice_columns_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to be rows of the same space and element type}}
  %0 = transept.slice_columns %x from 0 : (!x) -> !transept.rows<target x 4 x f32>
  return
}

// -----

// requested_rows_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects the result to be requested rows of the input's space, of the same width and type}}
  %0 = transept.requested_rows %x : (!x) -> !transept.rows<target.requested x 8 x f32>
  return
}

// -----

// head_linear_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<3x4xf32>, %v: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{expects one weight or a weight for each head, but got 3 and 2}}
  %0 = transept.head_linear %x weights %w, %w, %w heads 2 : (!x, tensor<3x4xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> !transept.rows<source x 6 x f32>
  return
}

// -----

// head_linear_c1
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<3x4xf32>, %v: tensor<2x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{expects weights of one shape}}
  %0 = transept.head_linear %x weights %w, %v heads 2 : (!x, tensor<3x4xf32>, tensor<2x4xf32>) -> !transept.rows<source x 6 x f32>
  return
}

// -----

// head_linear_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<3x4xf32>, %v: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{expects no bias, one or a bias for each head, but got 3 and 2}}
  %0 = transept.head_linear %x weights %w biases %b, %b, %b heads 2 : (!x, tensor<3x4xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> !transept.rows<source x 6 x f32>
  return
}

// -----

// head_linear_c2
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<3x4xf32>, %v: tensor<3x4xf32>, %b: tensor<4xf32>) {
  // expected-error@+1 {{expects a bias element for each output of a weight}}
  %0 = transept.head_linear %x weights %w biases %b heads 2 : (!x, tensor<3x4xf32>, tensor<4xf32>) -> !transept.rows<source x 6 x f32>
  return
}

// -----

// head_linear_c3
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<3x4xf32>, %v: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{expects a positive head_count, but got 0}}
  %0 = transept.head_linear %x weights %w heads 0 : (!x, tensor<3x4xf32>) -> !transept.rows<source x 6 x f32>
  return
}

// -----

// head_linear_c3
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<3x4xf32>, %v: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{expects an input of 1 heads as wide as the weights' inputs}}
  %0 = transept.head_linear %x weights %w heads 1 : (!x, tensor<3x4xf32>) -> !transept.rows<source x 6 x f32>
  return
}

// -----

// head_linear_c4
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<3x4xf32>, %v: tensor<3x4xf32>, %b: tensor<3xf32>) {
  // expected-error@+1 {{expects a result of the input's space, of 2 heads as wide as the weights' outputs}}
  %0 = transept.head_linear %x weights %w heads 2 : (!x, tensor<3x4xf32>) -> !transept.rows<source x 7 x f32>
  return
}

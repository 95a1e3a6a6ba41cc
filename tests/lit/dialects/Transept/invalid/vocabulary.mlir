// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of the vocabulary projection refuses what breaks it.

// logits_c1
!x = !transept.rows<source x 8 x f32>
!logits = !transept.rows<source x 10 x f32>
func.func @f(%x: !x, %w: tensor<10x4xf32>) {
  // expected-error@+1 {{expects the weight's inputs to equal the input's width, but got 'tensor<10x4xf32>'}}
  %0 = transept.logits %x, %w : (!x, tensor<10x4xf32>) -> !logits
  return
}

// -----

// logits_c2
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects the weight's outputs to equal the result's width}}
  %0 = transept.logits %x, %w : (!x, !w) -> !transept.rows<source x 11 x f32>
  return
}

// -----

// logits_c3
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
!logits = !transept.rows<source x 10 x f32>
func.func @f(%x: !x, %w: !w, %b: tensor<9xf32>) {
  // expected-error@+1 {{expects a bias element for each token, but got 'tensor<9xf32>' and 'tensor<10x8xf32>'}}
  %0 = transept.logits %x, %w bias %b : (!x, !w, tensor<9xf32>) -> !logits
  return
}

// -----

// logits_c4
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects input and result to be rows of the same space}}
  %0 = transept.logits %x, %w : (!x, !w) -> !transept.rows<target x 10 x f32>
  return
}

// -----

// search_vocabulary_c1
!x = !transept.rows<source x 8 x f32>
!candidates = !transept.candidates<source x 10>
func.func @f(%x: !x, %w: tensor<10x4xf32>) {
  // expected-error@+1 {{expects the weight's inputs to equal the input's width}}
  %0 = transept.search_vocabulary %x, %w : (!x, tensor<10x4xf32>) -> !candidates
  return
}

// -----

// search_vocabulary_c2
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects the weight's outputs to equal the candidates' vocabulary size, but got 'tensor<10x8xf32>' and '!transept.candidates<source x 11>'}}
  %0 = transept.search_vocabulary %x, %w : (!x, !w) -> !transept.candidates<source x 11>
  return
}

// -----

// search_vocabulary_c3
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
!candidates = !transept.candidates<source x 10>
func.func @f(%x: !x, %w: !w, %b: tensor<9xf32>) {
  // expected-error@+1 {{expects a bias element for each token}}
  %0 = transept.search_vocabulary %x, %w bias %b : (!x, !w, tensor<9xf32>) -> !candidates
  return
}

// -----

// search_vocabulary_c4
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
!candidates = !transept.candidates<source x 10>
func.func @f(%x: !x, %w: !w, %g: tensor<8xf32>) {
  // expected-error@+1 {{expects a norm where there is norm_bias, but got none}}
  %0 = transept.search_vocabulary %x, %w shift %g : (!x, !w, tensor<8xf32>) -> !candidates
  return
}

// -----

// search_vocabulary_c4
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
!candidates = !transept.candidates<source x 10>
func.func @f(%x: !x, %w: !w, %g: tensor<4xf32>) {
  // expected-error@+1 {{expects norm_gain to have the input's width, but got 'tensor<4xf32>'}}
  %0 = transept.search_vocabulary %x, %w norm <rms, epsilon = 0.0> gain %g
      : (!x, !w, tensor<4xf32>) -> !candidates
  return
}

// -----

// search_vocabulary_c5
!w = tensor<10x8xf32>
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: !w) {
  // expected-error@+1 {{expects input and candidates to be of the same space}}
  %0 = transept.search_vocabulary %x, %w : (!x, !w) -> !transept.candidates<target x 10>
  return
}

// -----

// logits_c5
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<10x8xf32>) {
  // expected-error@+1 {{expects a positive soft_cap}}
  %0 = transept.logits %x, %w soft_cap 0.0 : (!x, tensor<10x8xf32>) -> !transept.rows<source x 10 x f32>
  return
}

// -----

// search_vocabulary_c6
!x = !transept.rows<source x 8 x f32>
func.func @f(%x: !x, %w: tensor<10x8xf32>) {
  // expected-error@+1 {{expects a positive soft_cap}}
  %0 = transept.search_vocabulary %x, %w soft_cap -1.0 : (!x, tensor<10x8xf32>) -> !transept.candidates<source x 10>
  return
}

// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of embeddings refuses what breaks it.

// embedding_c1
!ids = !transept.rows<source x 1 x i32>
!table = tensor<10x8xf32>
func.func @f(%i: !ids, %t: !table) {
  // expected-error@+1 {{expects table and result to have the same width, but got 'tensor<10x8xf32>' and '!transept.rows<source x 4 x f32>'}}
  %0 = transept.embedding %i, %t : (!ids, !table) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// embedding_c2
!ids = !transept.rows<source x 1 x i32>
!table = tensor<10x8xf32>
func.func @f(%i: !ids, %t: !table) {
  // expected-error@+1 {{expects ids and result to be rows of the same space}}
  %0 = transept.embedding %i, %t : (!ids, !table) -> !transept.rows<target x 8 x f32>
  return
}

// -----

// embedding_c3
!ids = !transept.rows<source x 1 x i32>
!table = tensor<10x8xf32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%i: !ids, %t: !table, %p: tensor<5x4xf32>) {
  // expected-error@+1 {{expects positions and result to have the same width, but got 'tensor<5x4xf32>'}}
  %0 = transept.embedding %i, %t positions %p : (!ids, !table, tensor<5x4xf32>) -> !y
  return
}

// -----

// embedding_c4
!ids = !transept.rows<source x 1 x i32>
!table = tensor<10x8xf32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%i: !ids, %t: !table) {
  // expected-error@+1 {{expects a position_offset that is not negative, but got -1}}
  %0 = transept.embedding %i, %t {position_offset = -1} : (!ids, !table) -> !y
  return
}

// -----

// position_embedding_c1
!ids = !transept.rows<source x 1 x i32>
!table = tensor<10x8xf32>
func.func @f(%i: !ids, %t: !table) {
  // expected-error@+1 {{expects table and result to have the same width}}
  %0 = transept.position_embedding %i, %t : (!ids, !table) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// position_embedding_c2
!ids = !transept.rows<source x 1 x i32>
!table = tensor<10x8xf32>
func.func @f(%i: !ids, %t: !table) {
  // expected-error@+1 {{expects ids and result to be rows of the same space}}
  %0 = transept.position_embedding %i, %t : (!ids, !table) -> !transept.rows<target x 8 x f32>
  return
}

// -----

// position_embedding_c3
!ids = !transept.rows<source x 1 x i32>
!table = tensor<10x8xf32>
!y = !transept.rows<source x 8 x f32>
func.func @f(%i: !ids, %t: !table) {
  // expected-error@+1 {{expects an offset that is not negative, but got -2}}
  %0 = transept.position_embedding %i, %t {offset = -2} : (!ids, !table) -> !y
  return
}

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
  // expected-error@+1 {{expects rows and result to be rows of the same space}}
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

// -----

// windows_c1
!x = !transept.rows<source.features x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects the result's width to be the kernel times the input's, but got '!transept.rows<source.features x 4 x f32>' and '!transept.rows<source x 8 x f32>'}}
  %0 = transept.windows %x kernel 3 stride 2 padding 1 : (!x) -> !transept.rows<source x 8 x f32>
  return
}

// -----

// makes_space_c1
!x = !transept.rows<source.features x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.windows %x kernel 3 stride 2 padding 1 : (!x) -> !transept.rows<source.features x 12 x f32>
  return
}

// -----

// makes_space_c1
!x = !transept.rows<source.features x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.windows %x kernel 3 stride 2 padding 1 : (!x) -> !transept.rows<target x 12 x f32>
  return
}

// -----

// makes_space_c1
!x = !transept.rows<target x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.windows %x kernel 3 stride 2 padding 1 : (!x) -> !transept.rows<source x 12 x f32>
  return
}

// -----

// makes_space_c2
!x = !transept.rows<source.features x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a positive kernel and stride, but got 3 and 0}}
  %0 = transept.windows %x kernel 3 stride 0 padding 1 : (!x) -> !transept.rows<source x 12 x f32>
  return
}

// -----

// windows_c2
!x = !transept.rows<source.features x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a padding from 0 to kernel - 1 before and behind, but got 3 and 3}}
  %0 = transept.windows %x kernel 3 stride 1 padding 3 : (!x) -> !transept.rows<source x 12 x f32>
  return
}

// -----

// windows_c2
!x = !transept.rows<source.features x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a padding from 0 to kernel - 1 before and behind, but got 2 and 3}}
  %0 = transept.windows %x kernel 3 stride 1 padding 2 behind 3 : (!x) -> !transept.rows<source x 12 x f32>
  return
}

// -----

// windows_c2
!x = !transept.rows<source.features x 4 x f32>
func.func @f(%x: !x) {
  // expected-error@+1 {{expects a padding from 0 to kernel - 1 before and behind, but got -1 and -1}}
  %0 = transept.windows %x kernel 3 stride 1 padding -1 : (!x) -> !transept.rows<source x 12 x f32>
  return
}

// -----

// prepend_rows_c1
!x = !transept.rows<source.patches x 4 x f32>
func.func @f(%t: tensor<1x5xf32>, %x: !x) {
  // expected-error@+1 {{expects leading, input and result to have the same width, but got 'tensor<1x5xf32>' and '!transept.rows<source.patches x 4 x f32>'}}
  %0 = transept.prepend_rows %t, %x : (tensor<1x5xf32>, !x) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// prepend_rows_c1
!x = !transept.rows<source.patches x 4 x f32>
func.func @f(%t: tensor<1x4xf32>, %x: !x) {
  // expected-error@+1 {{expects leading, input and result to have the same width}}
  %0 = transept.prepend_rows %t, %x : (tensor<1x4xf32>, !x) -> !transept.rows<source x 5 x f32>
  return
}

// -----

// makes_space_c1
!x = !transept.rows<source x 4 x f32>
func.func @f(%t: tensor<1x4xf32>, %x: !x) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.prepend_rows %t, %x : (tensor<1x4xf32>, !x) -> !x
  return
}

// -----

// makes_space_c1
!x = !transept.rows<source.patches x 4 x f32>
func.func @f(%t: tensor<1x4xf32>, %x: !x) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.prepend_rows %t, %x : (tensor<1x4xf32>, !x) -> !transept.rows<target x 4 x f32>
  return
}

// -----

// makes_space_c3
func.func @f(%x: !transept.rows<source.features x 8 x f32>) {
  // expected-error@+1 {{expects a kernel, a stride and leading rows of at most 65536, but got 1, 65537 and 0}}
  %0 = transept.windows %x kernel 1 stride 65537 padding 0
      : (!transept.rows<source.features x 8 x f32>) -> !transept.rows<source x 8 x f32>
  return
}

// -----

// append_rows_c1
!x = !transept.rows<source.patches x 4 x f32>
func.func @f(%t: tensor<1x5xf32>, %x: !x) {
  // expected-error@+1 {{expects input, trailing and result to have the same width, but got '!transept.rows<source.patches x 4 x f32>' and 'tensor<1x5xf32>'}}
  %0 = transept.append_rows %x, %t : (!x, tensor<1x5xf32>) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// append_rows_c2
!x = !transept.rows<source.patches x 4 x f32>
func.func @f(%t: tensor<65537x4xf32>, %x: !x) {
  // expected-error@+1 {{expects 1 to 65536 rows of trailing, but got 65537}}
  %0 = transept.append_rows %x, %t : (!x, tensor<65537x4xf32>) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// makes_space_c1
!x = !transept.rows<source x 4 x f32>
func.func @f(%t: tensor<1x4xf32>, %x: !x) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.append_rows %x, %t : (!x, tensor<1x4xf32>) -> !x
  return
}

// -----

// column_embedding_c1
!x = !transept.rows<source x 5 x f32>
func.func @f(%t: tensor<9x4xf32>, %x: !x) {
  // expected-error@+1 {{expects table and result to have the same width, but got 'tensor<9x4xf32>' and '!transept.rows<source x 5 x f32>'}}
  %0 = transept.column_embedding %x, %t column 0 : (!x, tensor<9x4xf32>) -> !x
  return
}

// -----

// column_embedding_c2
!x = !transept.rows<source x 5 x f32>
func.func @f(%t: tensor<9x4xf32>, %x: !x) {
  // expected-error@+1 {{expects input and result to be rows of the same space}}
  %0 = transept.column_embedding %x, %t column 0 : (!x, tensor<9x4xf32>) -> !transept.rows<target x 4 x f32>
  return
}

// -----

// column_embedding_c3
!x = !transept.rows<source x 5 x f32>
func.func @f(%t: tensor<9x4xf32>, %x: !x) {
  // expected-error@+1 {{expects a column of the input, but got 5 and '!transept.rows<source x 5 x f32>'}}
  %0 = transept.column_embedding %x, %t column 5 : (!x, tensor<9x4xf32>) -> !transept.rows<source x 4 x f32>
  return
}

// -----

// column_embedding_c4
!x = !transept.rows<source x 5 x f32>
func.func @f(%t: tensor<16777217x4xf32>, %x: !x) {
  // expected-error@+1 {{expects a table of 1 to 16777216 rows, but got 16777217}}
  %0 = transept.column_embedding %x, %t column 0 : (!x, tensor<16777217x4xf32>) -> !transept.rows<source x 4 x f32>
  return
}

// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of ops over parts of sequences refuses what breaks it.

!given = !transept.rows<source.features x 8 x f32>

// first_rows_c1
func.func @f(%x: !given) {
  // expected-error@+1 {{expects input and result to have the same width}}
  %0 = transept.first_rows %x 5 : (!given) -> !transept.rows<source.lines x 9 x f32>
  return
}

// -----

!given = !transept.rows<source.features x 8 x f32>

// first_rows_c2
func.func @f(%x: !given) {
  // expected-error@+1 {{expects a positive count, but got 0}}
  %0 = transept.first_rows %x 0 : (!given) -> !transept.rows<source.lines x 8 x f32>
  return
}

// -----

!given = !transept.rows<source.features x 8 x f32>

// rows_behind_c1
func.func @f(%x: !given) {
  // expected-error@+1 {{expects input and result to have the same width}}
  %0 = transept.rows_behind %x 5 : (!given) -> !transept.rows<source.lines x 9 x f32>
  return
}

// -----

!given = !transept.rows<source.features x 8 x f32>

// rows_behind_c2
func.func @f(%x: !given) {
  // expected-error@+1 {{expects a positive count, but got 0}}
  %0 = transept.rows_behind %x 0 : (!given) -> !transept.rows<source.lines x 8 x f32>
  return
}

// -----

!given = !transept.rows<source.features x 8 x f32>

// makes_space_c3
func.func @f(%x: !given) {
  // expected-error@+1 {{expects a kernel, a stride and leading rows of at most 65536, but got 65537, 1 and 0}}
  %0 = transept.rows_behind %x 65536 : (!given) -> !transept.rows<source.lines x 8 x f32>
  return
}

// -----

!given = !transept.rows<source.features x 8 x f32>

// makes_space_c1
func.func @f(%x: !given) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.first_rows %x 5 : (!given) -> !given
  return
}

// -----

!image = !transept.rows<source.image x 8 x f32>
!prompt = !transept.rows<source.prompt x 8 x f32>

// concatenate_rows_c1
func.func @f(%x: !image, %y: !prompt) {
  // expected-error@+1 {{expects first, second and result to have the same width}}
  %0 = transept.concatenate_rows %x, %y first 5 : (!image, !prompt) -> !transept.rows<source x 9 x f32>
  return
}

// -----

!image = !transept.rows<source.image x 8 x f32>
!prompt = !transept.rows<source.prompt x 8 x f32>

// concatenate_rows_c2
func.func @f(%x: !image, %y: !prompt) {
  // expected-error@+1 {{expects a positive count, but got 0}}
  %0 = transept.concatenate_rows %x, %y first 0 : (!image, !prompt) -> !transept.rows<source x 8 x f32>
  return
}

// -----

!image = !transept.rows<source.image x 8 x f32>

// concatenate_rows_c3
func.func @f(%x: !image) {
  // expected-error@+1 {{expects first and second to be rows of different spaces of the source, but got source.image and source.image}}
  %0 = transept.concatenate_rows %x, %x first 5 : (!image, !image) -> !transept.rows<source x 8 x f32>
  return
}

// -----

!image = !transept.rows<source.image x 8 x f32>

// prepend_mean_c1
func.func @f(%x: !image) {
  // expected-error@+1 {{expects input and result to have the same width}}
  %0 = transept.prepend_mean %x : (!image) -> !transept.rows<source x 9 x f32>
  return
}

// -----

!image = !transept.rows<source.image x 8 x f32>

// channel_attention_c1
func.func @f(%x: !image) {
  // expected-error@+1 {{expects groups that divide a width of 8, but got 3}}
  %0 = transept.channel_attention %x, %x, %x groups 3 : !image
  return
}

// -----

!target = !transept.rows<target x 8 x f32>

// channel_attention_c2
func.func @f(%x: !target) {
  // expected-error@+1 {{expects rows of the source, but got '!transept.rows<target x 8 x f32>'}}
  %0 = transept.channel_attention %x, %x, %x groups 4 : !target
  return
}

// -----

// weight_grid_c1
func.func @f(%columns: tensor<5x3xf32>, %lines: tensor<5x5xf32>) {
  // expected-error@+1 {{expects a row for each column and line of the grid}}
  %0 = transept.weight_grid %columns, %lines width 6 : tensor<5x3xf32>, tensor<5x5xf32> -> tensor<24x8xf32>
  return
}

// -----

// weight_grid_c2
func.func @f(%columns: tensor<7x3xf32>, %lines: tensor<5x5xf32>) {
  // expected-error@+1 {{expects whole lines of 6 rows, as wide as both together, but got 'tensor<25x8xf32>'}}
  %0 = transept.weight_grid %columns, %lines width 6 : tensor<7x3xf32>, tensor<5x5xf32> -> tensor<25x8xf32>
  return
}

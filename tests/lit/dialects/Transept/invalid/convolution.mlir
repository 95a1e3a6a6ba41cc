// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of convolutions refuses what breaks it.

!rows = !transept.rows<source x 8 x f32>

// depthwise_convolution_c1
func.func @f(%x: !rows, %w: tensor<8x3xf32>) {
  // expected-error@+1 {{expects input and result to have the same width}}
  %0 = transept.depthwise_convolution %x, %w kernel 3 stride 1 padding 1
      : (!rows, tensor<8x3xf32>) -> !transept.rows<source x 9 x f32>
  return
}

// -----

!rows = !transept.rows<source x 8 x f32>

// depthwise_convolution_c1
func.func @f(%x: !rows, %w: tensor<8x3xf32>, %b: tensor<9xf32>) {
  // expected-error@+1 {{expects a bias of 8 numbers, but got 'tensor<9xf32>'}}
  %0 = transept.depthwise_convolution %x, %w bias %b kernel 3 stride 1 padding 1
      : (!rows, tensor<8x3xf32>, tensor<9xf32>) -> !rows
  return
}

// -----

!rows = !transept.rows<source x 8 x f32>

// depthwise_convolution_c2
func.func @f(%x: !rows, %w: tensor<8x3xf32>) {
  // expected-error@+1 {{expects a weight of 8 channels by 9 numbers, but got 'tensor<8x3xf32>'}}
  %0 = transept.depthwise_convolution %x, %w kernel 3 stride 1 padding 1 width 4
      : (!rows, tensor<8x3xf32>) -> !rows
  return
}

// -----

!rows = !transept.rows<source x 8 x f32>

// depthwise_convolution_c3
func.func @f(%x: !rows, %w: tensor<8x3xf32>) {
  // expected-error@+1 {{expects a padding from 0 to kernel - 1 before and behind, but got 3 and 3}}
  %0 = transept.depthwise_convolution %x, %w kernel 3 stride 1 padding 3
      : (!rows, tensor<8x3xf32>) -> !rows
  return
}

// -----

!rows = !transept.rows<source x 8 x f32>

// depthwise_convolution_c4
func.func @f(%x: !rows, %w: tensor<8x3xf32>) {
  // expected-error@+1 {{expects a stride of 1 and padding of kernel - 1 rows where the space stays the same, but got 1 and 3}}
  %0 = transept.depthwise_convolution %x, %w kernel 3 stride 1 padding 2 behind 1
      : (!rows, tensor<8x3xf32>) -> !rows
  return
}

// -----

!rows = !transept.rows<source x 8 x f32>

// depthwise_convolution_c4
func.func @f(%x: !rows, %w: tensor<8x3xf32>) {
  // expected-error@+1 {{where the space stays the same, but got 2 and 2}}
  %0 = transept.depthwise_convolution %x, %w kernel 3 stride 2 padding 1
      : (!rows, tensor<8x3xf32>) -> !rows
  return
}

// -----

!rows = !transept.rows<source x 8 x f32>

// depthwise_convolution_c5
func.func @f(%x: !rows, %w: tensor<8x9xf32>) {
  // expected-error@+1 {{expects a grid with equal padding on all sides, as wide as the kernel, but got 4 and 0}}
  %0 = transept.depthwise_convolution %x, %w kernel 3 stride 1 padding 2 behind 0 width 4
      : (!rows, tensor<8x9xf32>) -> !rows
  return
}

// -----

!rows = !transept.rows<target x 8 x f32>

// makes_space_c1
func.func @f(%x: !rows, %w: tensor<8x3xf32>) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source, but got target and source}}
  %0 = transept.depthwise_convolution %x, %w kernel 3 stride 2 padding 1
      : (!rows, tensor<8x3xf32>) -> !transept.rows<source x 8 x f32>
  return
}

// -----

// grid_windows_c1
func.func @f(%x: !transept.rows<source.features x 8 x f32>) {
  // expected-error@+1 {{expects a result of kernel^2 times a place's width, and an input as wide as a place or as a line}}
  %0 = transept.grid_windows %x kernel 3 stride 2 padding 1 width 5
      : (!transept.rows<source.features x 8 x f32>) -> !transept.rows<source.places x 9 x f32>
  return
}

// -----

// grid_windows_c2
func.func @f(%x: !transept.rows<source.features x 5 x f32>) {
  // expected-error@+1 {{expects a padding from 0 to kernel - 1, but got 3}}
  %0 = transept.grid_windows %x kernel 3 stride 2 padding 3 width 5
      : (!transept.rows<source.features x 5 x f32>) -> !transept.rows<source.places x 9 x f32>
  return
}

// -----

// grid_windows_c3
func.func @f(%x: !transept.rows<source.features x 5 x f32>) {
  // expected-error@+1 {{expects a grid that with its padding is as large as the kernel, but got 5 and 1}}
  %0 = transept.grid_windows %x kernel 4 stride 2 padding 1 width 5 height 1
      : (!transept.rows<source.features x 5 x f32>) -> !transept.rows<source.places x 16 x f32>
  return
}

// -----

// makes_space_c1
func.func @f(%x: !transept.rows<source x 5 x f32>) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source, but got source and source}}
  %0 = transept.grid_windows %x kernel 3 stride 2 padding 1 width 5
      : (!transept.rows<source x 5 x f32>) -> !transept.rows<source x 9 x f32>
  return
}

// -----

// makes_space_c2
func.func @f(%x: !transept.rows<source.features x 5 x f32>) {
  // expected-error@+1 {{expects a positive kernel and stride, but got 3 and 0}}
  %0 = transept.grid_windows %x kernel 3 stride 0 padding 1 width 5
      : (!transept.rows<source.features x 5 x f32>) -> !transept.rows<source.places x 9 x f32>
  return
}

// -----

// makes_space_c4
func.func @f(%x: !transept.rows<source.features x 1 x f32>) {
  // expected-error@+1 {{expects lines of 1 to 65536 places, but got 65537 and 32769}}
  %0 = transept.grid_windows %x kernel 3 stride 2 padding 1 width 65537
      : (!transept.rows<source.features x 1 x f32>) -> !transept.rows<source.places x 9 x f32>
  return
}

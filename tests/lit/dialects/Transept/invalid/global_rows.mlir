// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of rows that all others look at refuses what breaks it.

// sum_blocks_c1
func.func @f(%x: !transept.rows<source x 8 x f32>) {
  // expected-error@+1 {{expects input and result to have the same width, but got '!transept.rows<source x 8 x f32>' and '!transept.rows<source.blocks x 9 x f32>'}}
  %0 = transept.sum_blocks %x of 4
      : (!transept.rows<source x 8 x f32>) -> !transept.rows<source.blocks x 9 x f32>
  return
}

// -----

// makes_space_c1
func.func @f(%x: !transept.rows<target x 8 x f32>) {
  // expected-error@+1 {{expects input and result to be rows of different spaces derived from the source}}
  %0 = transept.sum_blocks %x of 4
      : (!transept.rows<target x 8 x f32>) -> !transept.rows<source.blocks x 8 x f32>
  return
}

// -----

// makes_space_c2
func.func @f(%x: !transept.rows<source x 8 x f32>) {
  // expected-error@+1 {{expects a positive kernel and stride, but got 0 and 0}}
  %0 = transept.sum_blocks %x of 0
      : (!transept.rows<source x 8 x f32>) -> !transept.rows<source.blocks x 8 x f32>
  return
}

// -----

// makes_space_c3
func.func @f(%x: !transept.rows<source x 8 x f32>) {
  // expected-error@+1 {{expects a kernel, a stride and leading rows of at most 65536}}
  %0 = transept.sum_blocks %x of 65537
      : (!transept.rows<source x 8 x f32>) -> !transept.rows<source.blocks x 8 x f32>
  return
}

// -----

// replace_requested_c1
func.func @f(%x: !transept.rows<source x 8 x f32>, %y: !transept.rows<target.requested x 8 x f32>) {
  // expected-error@+1 {{expects requested rows of the input's space, as wide as the input}}
  %0 = transept.replace_requested %x, %y
      : (!transept.rows<source x 8 x f32>, !transept.rows<target.requested x 8 x f32>)
      -> !transept.rows<source x 8 x f32>
  return
}

// -----

// replace_requested_c1
func.func @f(%x: !transept.rows<source x 8 x f32>, %y: !transept.rows<source.requested x 9 x f32>) {
  // expected-error@+1 {{expects requested rows of the input's space, as wide as the input}}
  %0 = transept.replace_requested %x, %y
      : (!transept.rows<source x 8 x f32>, !transept.rows<source.requested x 9 x f32>)
      -> !transept.rows<source x 8 x f32>
  return
}

// -----

// replace_requested_c2
func.func @f(%x: !transept.rows<source x 8 x f32>, %y: !transept.rows<source.requested x 8 x f32>) {
  // expected-error@+1 {{expects input and result of one type}}
  %0 = transept.replace_requested %x, %y
      : (!transept.rows<source x 8 x f32>, !transept.rows<source.requested x 8 x f32>)
      -> !transept.rows<source x 9 x f32>
  return
}

// -----

// unrequested_mask_c1
func.func @f() {
  // expected-error@+1 {{expects keys of the queries' space, which is the source}}
  %0 = transept.unrequested_mask : !transept.mask<target x target>
  return
}

// -----

// unrequested_mask_c1
func.func @f() {
  // expected-error@+1 {{expects keys of the queries' space, which is the source}}
  %0 = transept.unrequested_mask : !transept.mask<source x source.requested>
  return
}

// -----

// relative_position_bias_c4
func.func @f(%t: tensor<32x8xf32>) {
  // expected-error@+1 {{expects blocks as keys, of another space than the queries}}
  %0 = transept.relative_position_bias %t buckets 32 maximum_distance 128 blocks 16
      : tensor<32x8xf32> -> !transept.bias<source x source x 8>
  return
}

// -----

// relative_position_bias_c5
func.func @f(%t: tensor<32x8xf32>) {
  // expected-error@+1 {{expects blocks of 1 to 65536 rows, but got 0}}
  %0 = transept.relative_position_bias %t buckets 32 maximum_distance 128 blocks 0
      : tensor<32x8xf32> -> !transept.bias<source x source.blocks x 8>
  return
}

// -----

// merged_attention_c12
!s = !transept.rows<source x 8 x f32>
!b = !transept.rows<source.blocks x 8 x f32>
func.func @f(%s: !s, %b: !b, %bias: !transept.bias<source x source x 2>) {
  // expected-error@+1 {{expects a memory_bias over the spaces of query and memory_key, of all heads}}
  %0 = transept.merged_attention %s, %s, %s memory %b, %b memory_bias %bias heads 2
      : (!s, !s, !s, !b, !b, !transept.bias<source x source x 2>) -> !s
  return
}

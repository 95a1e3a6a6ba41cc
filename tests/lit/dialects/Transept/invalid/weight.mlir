// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of weights refuses what breaks it.

// parameter_c1
!m = tensor<4x8xf32>
func.func @f() {
  // expected-error@+1 {{expects a row_begin that is not negative, but got -1}}
  %0 = transept.parameter "a" row_begin -1 : !m
  return
}

// -----

// parameter_c2
func.func @f() {
  // expected-error@+1 {{expects a matrix where transposed, but got 'tensor<8xf32>'}}
  %0 = transept.parameter "a" transposed : tensor<8xf32>
  return
}

// -----

// sinusoid_c1
func.func @f() {
  // expected-error@+1 {{expects an even width, but got 'tensor<4x7xf32>'}}
  %0 = transept.sinusoid halves : tensor<4x7xf32>
  return
}

// -----

// sinusoid_c1
func.func @f() {
  // expected-error@+1 {{expects a width of 4 or more, but got 'tensor<4x2xf32>'}}
  %0 = transept.sinusoid halves_inclusive : tensor<4x2xf32>
  return
}

// -----

// weight_scale_columns_c1
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects a factor for each column of the input, but got 'tensor<4xf32>' and 'tensor<4x8xf32>'}}
  %0 = transept.weight_scale_columns %m, %v : !m, tensor<4xf32> -> !m
  return
}

// -----

// weight_scale_columns_c2
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<8xf32>) {
  // expected-error@+1 {{expects input and result to have the same type}}
  %0 = transept.weight_scale_columns %m, %v : !m, tensor<8xf32> -> tensor<8x8xf32>
  return
}

// -----

// weight_scale_rows_c1
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<8xf32>) {
  // expected-error@+1 {{expects a factor for each row of the input, but got 'tensor<8xf32>' and 'tensor<4x8xf32>'}}
  %0 = transept.weight_scale_rows %m, %v : !m, tensor<8xf32> -> !m
  return
}

// -----

// weight_scale_rows_c2
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects input and result to have the same type}}
  %0 = transept.weight_scale_rows %m, %v : !m, tensor<4xf32> -> tensor<4x4xf32>
  return
}

// -----

// weight_product_c1
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<4xf32>) {
  // expected-error@+1 {{expects a factor for each column of the matrix}}
  %0 = transept.weight_product %m, %v : !m, tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

// weight_product_c2
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<8xf32>) {
  // expected-error@+1 {{expects a result element for each row of the matrix}}
  %0 = transept.weight_product %m, %v : !m, tensor<8xf32> -> tensor<8xf32>
  return
}

// -----

// weight_add_row_c1
!m = tensor<4x8xf32>
func.func @f(%m: !m) {
  // expected-error@+1 {{expects one row as wide as the matrix, but got 'tensor<4x8xf32>' and 'tensor<4x8xf32>'}}
  %0 = transept.weight_add_row %m, %m : !m, !m -> !m
  return
}

// -----

// weight_add_row_c1
!m = tensor<4x8xf32>
func.func @f(%m: !m, %r: tensor<1x4xf32>) {
  // expected-error@+1 {{expects one row as wide as the matrix, but got 'tensor<1x4xf32>'}}
  %0 = transept.weight_add_row %m, %r : !m, tensor<1x4xf32> -> !m
  return
}

// -----

// weight_add_row_c2
!m = tensor<4x8xf32>
func.func @f(%m: !m, %r: tensor<1x8xf32>) {
  // expected-error@+1 {{expects matrix and result to have the same type}}
  %0 = transept.weight_add_row %m, %r : !m, tensor<1x8xf32> -> tensor<8x8xf32>
  return
}

// -----

// weight_concatenate_c1
!m = tensor<4x8xf32>
func.func @f() {
  // expected-error@+1 {{expects at least one input, but got none}}
  %0 = transept.weight_concatenate : () -> !m
  return
}

// -----

// weight_concatenate_c2
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<4x4xf32>) {
  // expected-error@+1 {{expects inputs and result to differ in their first dimension only, but got 'tensor<4x4xf32>' and 'tensor<8x8xf32>'}}
  %0 = transept.weight_concatenate %m, %v : (!m, tensor<4x4xf32>) -> tensor<8x8xf32>
  return
}

// -----

// weight_concatenate_c2
!m = tensor<4x8xf32>
func.func @f(%m: !m, %v: tensor<8xf32>) {
  // expected-error@+1 {{expects inputs and result to differ in their first dimension only}}
  %0 = transept.weight_concatenate %m, %v : (!m, tensor<8xf32>) -> tensor<8x8xf32>
  return
}

// -----

// weight_concatenate_c3
!m = tensor<4x8xf32>
func.func @f(%m: !m) {
  // expected-error@+1 {{expects the result to have the inputs' 8 rows, but got 'tensor<9x8xf32>'}}
  %0 = transept.weight_concatenate %m, %m : (!m, !m) -> tensor<9x8xf32>
  return
}

// -----

// weight_product_c1
func.func @f(%m: tensor<4x8xf32>, %n: tensor<3x4xf32>) {
  // expected-error@+1 {{expects a factor for each column of the matrix, but got 'tensor<3x4xf32>' and 'tensor<4x8xf32>'}}
  %0 = transept.weight_product %m, %n : tensor<4x8xf32>, tensor<3x4xf32> -> tensor<4x3xf32>
  return
}

// -----

// weight_product_c2
func.func @f(%m: tensor<4x8xf32>, %n: tensor<3x8xf32>) {
  // expected-error@+1 {{expects a result element for each row of the matrix and row of factors}}
  %0 = transept.weight_product %m, %n : tensor<4x8xf32>, tensor<3x8xf32> -> tensor<3x4xf32>
  return
}

// -----

// weight_flatten_c1
func.func @f(%m: tensor<4x8xf32>) {
  // expected-error@+1 {{expects a result of as many elements as the matrix has}}
  %0 = transept.weight_flatten %m : tensor<4x8xf32> -> tensor<31xf32>
  return
}

// -----

// distance_buckets_c1
func.func @f() {
  // expected-error@+1 {{expects an odd number of elements}}
  %0 = transept.distance_buckets buckets 8 maximum_distance 16 : tensor<8xf32>
  return
}

// -----

// distance_buckets_c2
func.func @f() {
  // expected-error@+1 {{expects a positive number of buckets and a positive maximum_distance, but got 0 and 16}}
  %0 = transept.distance_buckets buckets 0 maximum_distance 16 : tensor<9xf32>
  return
}

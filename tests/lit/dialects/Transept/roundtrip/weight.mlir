// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Weights: what is taken from the checkpoint and computed from it.

// CHECK-LABEL: func @weights
func.func @weights() {
  // CHECK: transept.parameter "a" : tensor<4x8xf32>
  %a = transept.parameter "a" : tensor<4x8xf32>
  // CHECK: transept.parameter "b" transposed row_begin 4 : tensor<4x8xf32>
  %b = transept.parameter "b" transposed row_begin 4 : tensor<4x8xf32>
  // CHECK: transept.parameter "v" : tensor<8xf32>
  %v = transept.parameter "v" : tensor<8xf32>
  // CHECK: transept.sinusoid halves : tensor<16x8xf32>
  %sinusoid = transept.sinusoid halves : tensor<16x8xf32>
  // CHECK: transept.sinusoid halves_inclusive : tensor<16x8xf32>
  %inclusive = transept.sinusoid halves_inclusive : tensor<16x8xf32>
  // CHECK: transept.sinusoid interleaved : tensor<16x2xf32>
  %interleaved = transept.sinusoid interleaved : tensor<16x2xf32>
  // CHECK: transept.sinusoid interleaved descending_from 7 : tensor<15x8xf32>
  %descending = transept.sinusoid interleaved descending_from 7 : tensor<15x8xf32>
  // CHECK: transept.weight_scale %{{.*}} by 1.250000e-01 : tensor<4x8xf32>
  %0 = transept.weight_scale %a by 0.125 : tensor<4x8xf32>
  // CHECK: transept.weight_shift %{{.*}} by 1.000000e+00 : tensor<8xf32>
  %shifted = transept.weight_shift %v by 1.0 : tensor<8xf32>
  // CHECK: transept.weight_scale_columns %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32> -> tensor<4x8xf32>
  %1 = transept.weight_scale_columns %a, %v : tensor<4x8xf32>, tensor<8xf32> -> tensor<4x8xf32>
  // CHECK: transept.weight_product %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<8xf32> -> tensor<4xf32>
  %2 = transept.weight_product %a, %v : tensor<4x8xf32>, tensor<8xf32> -> tensor<4xf32>
  // CHECK: transept.weight_zero : tensor<4xf32>
  %3 = transept.weight_zero : tensor<4xf32>
  // CHECK: transept.weight_add %{{.*}}, %{{.*}} : tensor<4xf32>
  %4 = transept.weight_add %2, %3 : tensor<4xf32>
  // CHECK: transept.parameter "row" : tensor<1x8xf32>
  %row = transept.parameter "row" : tensor<1x8xf32>
  // CHECK: transept.weight_add_row %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<1x8xf32> -> tensor<4x8xf32>
  %6 = transept.weight_add_row %a, %row : tensor<4x8xf32>, tensor<1x8xf32> -> tensor<4x8xf32>
  // CHECK: transept.weight_concatenate %{{.*}}, %{{.*}} : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
  %5 = transept.weight_concatenate %a, %b : (tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
  // CHECK: transept.weight_product %{{.*}}, %{{.*}} : tensor<16x8xf32>, tensor<4x8xf32> -> tensor<16x4xf32>
  %7 = transept.weight_product %sinusoid, %a : tensor<16x8xf32>, tensor<4x8xf32> -> tensor<16x4xf32>
  // CHECK: transept.weight_flatten %{{.*}} : tensor<4x8xf32> -> tensor<32xf32>
  %8 = transept.weight_flatten %a : tensor<4x8xf32> -> tensor<32xf32>
  // CHECK: transept.weight_reverse_rows %{{.*}} : tensor<4x8xf32>
  %9 = transept.weight_reverse_rows %a : tensor<4x8xf32>
  // CHECK: transept.distance_buckets buckets 8 maximum_distance 16 bidirectional ahead 1 : tensor<51xf32>
  %10 = transept.distance_buckets buckets 8 maximum_distance 16 bidirectional ahead 1 : tensor<51xf32>
  // CHECK: transept.distance_buckets buckets 8 maximum_distance 16 : tensor<49xf32>
  %11 = transept.distance_buckets buckets 8 maximum_distance 16 : tensor<49xf32>
  // CHECK: transept.weight_scale_rows %{{.*}}, %{{.*}} : tensor<4x8xf32>, tensor<4xf32> -> tensor<4x8xf32>
  %12 = transept.weight_scale_rows %a, %4 : tensor<4x8xf32>, tensor<4xf32> -> tensor<4x8xf32>
  // CHECK: transept.weight_scale_rows %{{.*}}, %{{.*}} : tensor<8xf32>, tensor<8xf32> -> tensor<8xf32>
  %13 = transept.weight_scale_rows %v, %v : tensor<8xf32>, tensor<8xf32> -> tensor<8xf32>
  // CHECK: transept.weight_inverse_root %{{.*}} epsilon 1.000000e-05 : tensor<8xf32>
  %14 = transept.weight_inverse_root %v epsilon 1.0e-5 : tensor<8xf32>
  return
}

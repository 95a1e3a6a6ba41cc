// RUN: transept-opt %s --canonicalize | FileCheck %s

!w = tensor<2x4xf32>

// CHECK-LABEL: func @scale_by_one
// CHECK-SAME: %[[W:.*]]: tensor
// CHECK-NEXT: return %[[W]]
func.func @scale_by_one(%w: !w) -> !w {
  %0 = transept.weight_scale %w by 1.0 : !w
  return %0 : !w
}

// CHECK-LABEL: func @scale_by_two
// CHECK: weight_scale
func.func @scale_by_two(%w: !w) -> !w {
  %0 = transept.weight_scale %w by 2.0 : !w
  return %0 : !w
}

// CHECK-LABEL: func @concatenation_of_one
// CHECK-SAME: %[[W:.*]]: tensor
// CHECK-NEXT: return %[[W]]
func.func @concatenation_of_one(%w: !w) -> !w {
  %0 = transept.weight_concatenate %w : (!w) -> !w
  return %0 : !w
}

// concatenate(a, concatenate(b, c), d) -> concatenate(a, b, c, d)
// CHECK-LABEL: func @nested_concatenation
// CHECK-SAME: %[[A:.*]]: tensor<2x4xf32>, %[[B:.*]]: tensor<2x4xf32>, %[[C:.*]]: tensor<2x4xf32>
// CHECK: %[[ALL:.*]] = transept.weight_concatenate %[[A]], %[[B]], %[[C]], %[[A]] :
// CHECK-NEXT: return %[[ALL]]
func.func @nested_concatenation(%a: !w, %b: !w, %c: !w) -> tensor<8x4xf32> {
  %0 = transept.weight_concatenate %b, %c : (!w, !w) -> tensor<4x4xf32>
  %1 = transept.weight_concatenate %a, %0, %a : (!w, tensor<4x4xf32>, !w) -> tensor<8x4xf32>
  return %1 : tensor<8x4xf32>
}

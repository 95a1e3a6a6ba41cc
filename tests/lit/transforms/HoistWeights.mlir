// RUN: transept-opt %s --pass-pipeline='builtin.module(hoist-weights)' | FileCheck %s

!rows = !transept.rows<target x 4 x f32>
!square = tensor<4x4xf32>

// Weights and masks first, in their order, then the program in its order.

// CHECK-LABEL: func.func @program
// CHECK-NEXT:    transept.parameter "v"
// CHECK-NEXT:    transept.parameter "w"
// CHECK-NEXT:    transept.weight_scale
// CHECK-NEXT:    transept.causal_mask
// CHECK-NEXT:    transept.linear
// CHECK-NEXT:    transept.linear
// CHECK-NEXT:    transept.attention
func.func @program(%x: !rows) -> !rows {
  %v = transept.parameter "v" : !square
  %a = transept.linear %x, %v : (!rows, !square) -> !rows
  %w = transept.parameter "w" : !square
  %half = transept.weight_scale %w by 0.5 : !square
  %b = transept.linear %a, %half : (!rows, !square) -> !rows
  %mask = transept.causal_mask : !transept.mask<target x target>
  %y = transept.attention %b, %a, %a mask %mask heads 2 : (!rows, !rows, !rows, !transept.mask<target x target>) -> !rows
  return %y : !rows
}

// RUN: transept-opt %s --pass-pipeline='builtin.module(fuse-gated-activation)' --remarks-filter=fusion --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<source x 4 x f32>
!hidden = !transept.rows<source x 6 x f32>
!both = !transept.rows<source x 12 x f32>
!weight = tensor<6x4xf32>
!bias = tensor<6xf32>

// CHECK-COUNT-3: [Passed] fuse-gated-activation | Category:fusion |
// CHECK-COUNT-3: [Missed] fuse-gated-activation | Category:fusion |
// CHECK:         [Passed] fuse-gated-activation | Category:fusion |

// gate(activation(x V^T), x W^T + b) -> linear(x, [V; W], [0; b]) gated

// CHECK-LABEL: func.func @two_linears
// CHECK:         %[[V:.*]] = transept.parameter "v"
// CHECK:         %[[W:.*]] = transept.parameter "w"
// CHECK:         %[[WEIGHT:.*]] = transept.weight_concatenate %[[V]], %[[W]] {{.*}} -> tensor<12x4xf32>
// CHECK:         %[[BIAS:.*]] = transept.weight_concatenate {{.*}} -> tensor<12xf32>
// CHECK:         %[[Y:.*]] = transept.linear %arg0, %[[WEIGHT]] bias %[[BIAS]] activation gelu gated : {{.*}} -> !transept.rows<source x 6 x f32>
// CHECK-NEXT:    return %[[Y]]
func.func @two_linears(%x: !rows) -> !hidden {
  %v = transept.parameter "v" : !weight
  %a = transept.linear %x, %v : (!rows, !weight) -> !hidden
  %active = transept.activation gelu %a : !hidden
  %w = transept.parameter "w" : !weight
  %b = transept.parameter "b" : !bias
  %value = transept.linear %x, %w bias %b : (!rows, !weight, !bias) -> !hidden
  %y = transept.gate %active, %value : !hidden
  return %y : !hidden
}

// Multiplication commutes: the activated factor's rows come first in the weight.

// CHECK-LABEL: func.func @activation_second
// CHECK:         %[[WEIGHT:.*]] = transept.weight_concatenate %[[V:.*]], %[[W:.*]] :
// CHECK:         transept.linear %arg0, %[[WEIGHT]] activation relu gated
func.func @activation_second(%x: !rows) -> !hidden {
  %v = transept.parameter "v" : !weight
  %a = transept.linear %x, %v : (!rows, !weight) -> !hidden
  %active = transept.activation relu %a : !hidden
  %w = transept.parameter "w" : !weight
  %value = transept.linear %x, %w : (!rows, !weight) -> !hidden
  %y = transept.gate %value, %active : !hidden
  return %y : !hidden
}

// The two halves of a merged linear.

// CHECK-LABEL: func.func @merged
// CHECK:         %[[W:.*]] = transept.parameter "merged"
// CHECK-NEXT:    %[[Y:.*]] = transept.linear %arg0, %[[W]] activation silu gated
// CHECK-NEXT:    return %[[Y]]
func.func @merged(%x: !rows) -> !hidden {
  %w = transept.parameter "merged" : tensor<12x4xf32>
  %all = transept.linear %x, %w : (!rows, tensor<12x4xf32>) -> !both
  %a = transept.slice_columns %all from 0 : (!both) -> !hidden
  %value = transept.slice_columns %all from 6 : (!both) -> !hidden
  %active = transept.activation silu %a : !hidden
  %y = transept.gate %active, %value : !hidden
  return %y : !hidden
}

// The weight would have to hold the second half first.

// CHECK-LABEL: func.func @halves_exchanged
// CHECK:         transept.gate
func.func @halves_exchanged(%x: !rows) -> !hidden {
  %w = transept.parameter "exchanged" : tensor<12x4xf32>
  %all = transept.linear %x, %w : (!rows, tensor<12x4xf32>) -> !both
  %a = transept.slice_columns %all from 6 : (!both) -> !hidden
  %value = transept.slice_columns %all from 0 : (!both) -> !hidden
  %active = transept.activation silu %a : !hidden
  %y = transept.gate %active, %value : !hidden
  return %y : !hidden
}

// CHECK-LABEL: func.func @different_rows
// CHECK:         transept.gate
func.func @different_rows(%x: !rows, %z: !rows) -> !hidden {
  %v = transept.parameter "v" : !weight
  %a = transept.linear %x, %v : (!rows, !weight) -> !hidden
  %active = transept.activation gelu %a : !hidden
  %value = transept.linear %z, %v : (!rows, !weight) -> !hidden
  %y = transept.gate %active, %value : !hidden
  return %y : !hidden
}

// CHECK-LABEL: func.func @other_reader
// CHECK:         transept.gate
func.func @other_reader(%x: !rows) -> (!hidden, !hidden) {
  %v = transept.parameter "v" : !weight
  %a = transept.linear %x, %v : (!rows, !weight) -> !hidden
  %active = transept.activation gelu %a : !hidden
  %w = transept.parameter "w" : !weight
  %value = transept.linear %x, %w : (!rows, !weight) -> !hidden
  %y = transept.gate %active, %value : !hidden
  return %y, %value : !hidden, !hidden
}

!frames = !transept.rows<source.features x 4 x f32>
!windows = !transept.rows<source x 12 x f32>

// GLU behind a convolution: its second half, through a sigmoid, is the gate.

// CHECK-LABEL: func.func @gated_convolution
// CHECK:         %[[WINDOWS:.*]] = transept.windows %arg0
// CHECK:         %[[GATE:.*]] = transept.parameter "stem" row_begin 6
// CHECK:         %[[VALUE:.*]] = transept.parameter "stem" :
// CHECK:         %[[WEIGHT:.*]] = transept.weight_concatenate %[[GATE]], %[[VALUE]]
// CHECK:         transept.linear %[[WINDOWS]], %[[WEIGHT]] activation sigmoid gated
func.func @gated_convolution(%frames: !frames) -> !hidden {
  %windows = transept.windows %frames kernel 3 stride 2 padding 1 : (!frames) -> !windows
  %g = transept.parameter "stem" row_begin 6 : tensor<6x12xf32>
  %gate = transept.linear %windows, %g : (!windows, tensor<6x12xf32>) -> !hidden
  %v = transept.parameter "stem" : tensor<6x12xf32>
  %value = transept.linear %windows, %v : (!windows, tensor<6x12xf32>) -> !hidden
  %open = transept.activation sigmoid %gate : !hidden
  %y = transept.gate %value, %open : !hidden
  return %y : !hidden
}

// RUN: transept-opt %s --canonicalize | FileCheck %s

!mask = !transept.mask<target x target>
!x = !transept.rows<target x 8 x f32>
!y = !transept.rows<source x 8 x f32>

// combine(a, padding) -> a, on either side
// CHECK-LABEL: func @combine_with_padding
// CHECK-SAME: %[[MASK:.*]]: !transept.mask
// CHECK-NEXT: return %[[MASK]], %[[MASK]]
func.func @combine_with_padding(%a: !mask) -> (!mask, !mask) {
  %padding = transept.padding_mask : !mask
  %0 = transept.combine_masks %a, %padding : !mask
  %1 = transept.combine_masks %padding, %a : !mask
  return %0, %1 : !mask, !mask
}

// CHECK-LABEL: func @combine_with_itself
// CHECK-SAME: %[[MASK:.*]]: !transept.mask
// CHECK-NEXT: return %[[MASK]]
func.func @combine_with_itself(%a: !mask) -> !mask {
  %0 = transept.combine_masks %a, %a : !mask
  return %0 : !mask
}

// CHECK-LABEL: func @combine_two_causal
// CHECK: %[[CAUSAL:.*]] = transept.causal_mask
// CHECK-NEXT: return %[[CAUSAL]]
func.func @combine_two_causal() -> !mask {
  %a = transept.causal_mask : !mask
  %b = transept.causal_mask : !mask
  %0 = transept.combine_masks %a, %b : !mask
  return %0 : !mask
}

// combine(combine(a, b), a) -> combine(a, b)
// CHECK-LABEL: func @combine_again
// CHECK: %[[BOTH:.*]] = transept.combine_masks
// CHECK-NEXT: return %[[BOTH]], %[[BOTH]]
func.func @combine_again(%a: !mask, %b: !mask) -> (!mask, !mask) {
  %0 = transept.combine_masks %a, %b : !mask
  %1 = transept.combine_masks %0, %a : !mask
  %2 = transept.combine_masks %b, %1 : !mask
  return %0, %2 : !mask, !mask
}

// combine(window(a, b), window(c, d)) -> window(min(a, c), min(b, d))
// CHECK-LABEL: func @combine_windows
// CHECK: %[[WINDOW:.*]] = transept.window_mask before 2 after 1
// CHECK-NEXT: return %[[WINDOW]]
func.func @combine_windows() -> !mask {
  %a = transept.window_mask before 2 after 5 : !mask
  %b = transept.window_mask before 4 after 1 : !mask
  %0 = transept.combine_masks %a, %b : !mask
  return %0 : !mask
}

// Causal and window are not the same and stay combined.
// CHECK-LABEL: func @combine_others
// CHECK: transept.combine_masks
func.func @combine_others() -> !mask {
  %a = transept.window_mask before 2 after 5 : !mask
  %b = transept.causal_mask : !mask
  %0 = transept.combine_masks %a, %b : !mask
  return %0 : !mask
}

// attention(q, k, v, mask = padding) -> attention(q, k, v)
// CHECK-LABEL: func @attention_drops_padding
// CHECK-NOT: mask
// CHECK: transept.attention %{{.*}} heads 2 :
// CHECK: transept.cross_attention %{{.*}} heads 2 :
func.func @attention_drops_padding(%x: !x, %y: !y) -> (!x, !x) {
  %own = transept.padding_mask : !mask
  %other = transept.padding_mask : !transept.mask<target x source>
  %0 = transept.attention %x, %x, %x mask %own heads 2 : (!x, !x, !x, !mask) -> !x
  %1 = transept.cross_attention %0, %y, %y mask %other heads 2
      : (!x, !y, !y, !transept.mask<target x source>) -> !x
  return %0, %1 : !x, !x
}

// The weights are those of the attention without the mask.
// CHECK-LABEL: func @weights_drop_padding
// CHECK-NOT: mask
// CHECK: %[[ROWS:.*]], %[[WEIGHTS:.*]] = transept.cross_attention %{{.*}} heads 2 :
// CHECK-NEXT: return %[[ROWS]], %[[WEIGHTS]]
func.func @weights_drop_padding(%x: !x, %y: !y) -> (!x, !transept.attention_weights<target x source x 2>) {
  %padding = transept.padding_mask : !transept.mask<target x source>
  %0, %weights = transept.cross_attention %x, %y, %y mask %padding heads 2
      : (!x, !y, !y, !transept.mask<target x source>)
      -> (!x, !transept.attention_weights<target x source x 2>)
  return %0, %weights : !x, !transept.attention_weights<target x source x 2>
}

// CHECK-LABEL: func @attention_keeps_causal
// CHECK: transept.attention %{{.*}} mask
func.func @attention_keeps_causal(%x: !x) -> !x {
  %causal = transept.causal_mask : !mask
  %0 = transept.attention %x, %x, %x mask %causal heads 2 : (!x, !x, !x, !mask) -> !x
  return %0 : !x
}

// RUN: transept-opt %s --canonicalize | FileCheck %s
// A mask of unrequested keys says the same twice as once, and stays beside a window.

!mask = !transept.mask<source x source>

// CHECK-LABEL: func.func @twice
func.func @twice(%x: !transept.rows<source x 8 x f32>) -> !transept.rows<source x 8 x f32> {
  // CHECK: %[[WINDOW:.*]] = transept.window_mask before 2 after 2
  // CHECK: %[[OTHERS:.*]] = transept.unrequested_mask
  // CHECK: %[[BOTH:.*]] = transept.combine_masks
  // CHECK-NOT: transept.combine_masks
  // CHECK: transept.attention %{{.*}} mask %[[BOTH]]
  %padding = transept.padding_mask : !mask
  %window = transept.window_mask before 2 after 2 : !mask
  %others = transept.unrequested_mask : !mask
  %again = transept.unrequested_mask : !mask
  %near = transept.combine_masks %window, %padding : !mask
  %once = transept.combine_masks %near, %others : !mask
  %twice = transept.combine_masks %once, %again : !mask
  %0 = transept.attention %x, %x, %x mask %twice heads 2
      : (!transept.rows<source x 8 x f32>, !transept.rows<source x 8 x f32>,
         !transept.rows<source x 8 x f32>, !mask) -> !transept.rows<source x 8 x f32>
  return %0 : !transept.rows<source x 8 x f32>
}

// RUN: transept-opt %s --canonicalize | FileCheck %s

!x = !transept.rows<source x 8 x f32>

// CHECK-LABEL: func @scale_by_one
// CHECK-SAME: %[[X:.*]]: !transept
// CHECK-NEXT: return %[[X]]
func.func @scale_by_one(%x: !x) -> !x {
  %0 = transept.scale %x by 1.0 : !x
  return %0 : !x
}

// scale(scale(x, a), b) -> scale(x, a * b)
// CHECK-LABEL: func @nested_scales
// CHECK-SAME: %[[X:.*]]: !transept
// CHECK: %[[SCALED:.*]] = transept.scale %[[X]] by 1.500000e+00
// CHECK-NEXT: return %[[SCALED]]
func.func @nested_scales(%x: !x) -> !x {
  %0 = transept.scale %x by 0.5 : !x
  %1 = transept.scale %0 by 3.0 : !x
  return %1 : !x
}

// CHECK-LABEL: func @slice_of_all_columns
// CHECK-NOT: slice_columns
func.func @slice_of_all_columns(%x: !x) -> !x {
  %0 = transept.slice_columns %x from 0 : (!x) -> !x
  return %0 : !x
}

// slice(slice(x, a), b) -> slice(x, a + b)
// CHECK-LABEL: func @slice_of_slice
// CHECK-SAME: %[[X:.*]]: !transept
// CHECK: %[[SLICE:.*]] = transept.slice_columns %[[X]] from 5 : {{.*}} -> !transept.rows<source x 2 x f32>
// CHECK-NEXT: return %[[SLICE]]
func.func @slice_of_slice(%x: !x) -> !transept.rows<source x 2 x f32> {
  %0 = transept.slice_columns %x from 4 : (!x) -> !transept.rows<source x 4 x f32>
  %1 = transept.slice_columns %0 from 1
      : (!transept.rows<source x 4 x f32>) -> !transept.rows<source x 2 x f32>
  return %1 : !transept.rows<source x 2 x f32>
}

// A slice of some columns stays.
// CHECK-LABEL: func @slice_of_some_columns
// CHECK: slice_columns
func.func @slice_of_some_columns(%x: !x) -> !transept.rows<source x 4 x f32> {
  %0 = transept.slice_columns %x from 0 : (!x) -> !transept.rows<source x 4 x f32>
  return %0 : !transept.rows<source x 4 x f32>
}

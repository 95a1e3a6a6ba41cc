// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// A recurrence survives printing and parsing, with and without the states before it.

!target = !transept.rows<target x 8 x f32>

// CHECK-LABEL: func.func @recurrence
func.func @recurrence(%gate: !target, %value: !target, %past: !transept.self_cache<target x 8 x f32>) {
  // CHECK: transept.gated_recurrence %{{.*}}, %{{.*}} : (!transept.rows<target x 8 x f32>, !transept.rows<target x 8 x f32>) -> !transept.rows<target x 8 x f32>
  %0 = transept.gated_recurrence %gate, %value : (!target, !target) -> !target
  // CHECK: transept.gated_recurrence %{{.*}}, %{{.*}} after %{{.*}} : (!transept.rows<target x 8 x f32>, !transept.rows<target x 8 x f32>, !transept.self_cache<target x 8 x f32>)
  %1 = transept.gated_recurrence %gate, %value after %past
      : (!target, !target, !transept.self_cache<target x 8 x f32>) -> !target
  return
}

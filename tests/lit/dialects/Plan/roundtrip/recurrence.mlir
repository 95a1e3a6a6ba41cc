// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// A recurrence survives printing and parsing, with and without the states before it.

!rows = !plan.buffer<target x 8, stride 16>
#states = #plan.slot<"states", keys = false, heads = 1, head_dim = 8, offset = 0, f32>

// CHECK-LABEL: plan.program @decode
plan.program @decode {
  %gate = plan.buffer at 0 : !rows
  %value = plan.buffer at 64 : !rows
  %states = plan.buffer at 128 : !rows
  // CHECK: plan.recur "without" %{{.*}}, %{{.*}} into %{{.*}} : !plan.buffer
  plan.recur "without" %gate, %value into %states : !rows, !rows, !rows
  // CHECK: plan.recur "with" %{{.*}}, %{{.*}} into %{{.*}} states <"states", keys = false, heads = 1, head_dim = 8, offset = 0, f32>
  plan.recur "with" %gate, %value into %states states #states : !rows, !rows, !rows
}

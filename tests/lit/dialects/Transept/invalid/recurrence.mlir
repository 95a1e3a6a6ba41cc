// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of the recurrence refuses what breaks it.

// gated_recurrence_c1
!rows = !transept.rows<target x 8 x f32>
func.func @f(%gate: !transept.rows<target x 4 x f32>, %value: !rows) {
  // expected-error@+1 {{expects gate and value of the same type, but got '!transept.rows<target x 4 x f32>' and '!transept.rows<target x 8 x f32>'}}
  %0 = transept.gated_recurrence %gate, %value : (!transept.rows<target x 4 x f32>, !rows) -> !rows
  return
}

// -----

// gated_recurrence_c1
!rows = !transept.rows<target x 8 x f32>
func.func @f(%x: !rows) {
  // expected-error@+1 {{expects result and value of the same type}}
  %0 = transept.gated_recurrence %x, %x : (!rows, !rows) -> !transept.rows<source x 8 x f32>
  return
}

// -----

// gated_recurrence_c2
!rows = !transept.rows<target x 8 x f32>
func.func @f(%x: !rows, %past: !transept.self_cache<target x 4 x f32>) {
  // expected-error@+1 {{expects rows and cache to have the same space, width and element type, but got '!transept.rows<target x 8 x f32>' and '!transept.self_cache<target x 4 x f32>'}}
  %0 = transept.gated_recurrence %x, %x after %past
      : (!rows, !rows, !transept.self_cache<target x 4 x f32>) -> !rows
  return
}

// -----

// gated_recurrence_c3
!rows = !transept.rows<target.requested x 8 x f32>
func.func @f(%x: !rows) {
  // expected-error@+1 {{expects rows of the source or the target itself, but got '!transept.rows<target.requested x 8 x f32>'}}
  %0 = transept.gated_recurrence %x, %x : (!rows, !rows) -> !rows
  return
}

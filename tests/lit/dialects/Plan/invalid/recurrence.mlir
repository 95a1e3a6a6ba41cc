// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of the recurrence's launch refuses what breaks it.

// recur_c1
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target x 9, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects all operands to be rows of the same space and width, but got '!plan.buffer<target x 8, stride 16>' and '!plan.buffer<target x 9, stride 16>'}}
  plan.recur "states" %0, %1 into %0 : !a, !b, !a
}

// -----

// recur_c2
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a slot of one head of 8 values in f32, but got #plan.slot<"states", keys = false, heads = 1, head_dim = 8, offset = 0, bf16>}}
  plan.recur "states" %0, %0 into %0
    states <"states", keys = false, heads = 1, head_dim = 8, offset = 0, bf16> : !a, !a, !a
}

// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of linear layers refuses what breaks it.

// linear_c1
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects a norm where there is a gain, a shift or a normalized result}}
  plan.linear "linear" %0 into %0 weight @w gain @g <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows
}

// -----

// linear_c1
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects a norm where there is a gain, a shift or a normalized result}}
  plan.linear "linear" %0 into %0 weight @w normalized into %0 <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows, !rows
}

// -----

// linear_c2
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects an activation for the gate}}
  plan.linear "linear" %0 into %0 weight @w gated <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows
}

// -----

// linear_c3
!rows = !plan.buffer<source x 8, stride 16>
!other = !plan.buffer<target x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !other
  // expected-error@+1 {{expects all operands to be rows of the same space, but got '!plan.buffer<source x 8, stride 16>' and '!plan.buffer<target x 8, stride 16>'}}
  plan.linear "linear" %0 into %1 weight @w <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !other
}

// -----

// linear_c4
!rows = !plan.buffer<source x 8, stride 16>
!wide = !plan.buffer<source x 9, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !wide
  // expected-error@+1 {{expects a residual as wide as the output, but got '!plan.buffer<source x 9, stride 16>' and '!plan.buffer<source x 8, stride 16>'}}
  plan.linear "linear" %0 into %0 weight @w residual %1 <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows, !wide
}

// -----

// linear_c4
!rows = !plan.buffer<source x 8, stride 16>
!wide = !plan.buffer<source x 9, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !wide
  // expected-error@+1 {{expects a normalized result as wide as the input}}
  plan.linear "linear" %0 into %1 weight @w norm <rms, epsilon = 1.0e-06> normalized into %1 <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !wide, !wide
}

// -----

// linear_c5
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects a strategy of positive numbers}}
  plan.linear "linear" %0 into %0 weight @w <rowBlock = 24, streamPanels = 0, rowsToSplit = 96> : !rows, !rows
}

// -----

// linear_c6
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects heads that divide input and output}}
  plan.linear "linear" %0 into %0 weight @w heads 3 <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows
}

// -----

// linear_c6
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects heads to be without norm, activation and residual, and a shared weight to be one of heads}}
  plan.linear "linear" %0 into %0 weight @w activation relu heads 2 <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows
}

// -----

// linear_c6
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects heads to be without norm, activation and residual, and a shared weight to be one of heads}}
  plan.linear "linear" %0 into %0 weight @w shared <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows
}

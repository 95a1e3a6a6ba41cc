// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of launches that pass over rows once refuses what breaks it.

// normalize_c1
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target x 9, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects input and output to be rows of the same space and width, but got '!plan.buffer<target x 8, stride 16>' and '!plan.buffer<target x 9, stride 16>'}}
  plan.normalize "norm" %0 into %1 <rms, epsilon = 1.0e-06> : !a, !b
}

// -----

// normalize_c1
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<source x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects input and output to be rows of the same space and width}}
  plan.normalize "norm" %0 into %1 <rms, epsilon = 1.0e-06> : !a, !b
}

// -----

// elementwise_c1
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects right operand for add}}
  plan.elementwise "sum" add %0 into %0 : !a, !a
}

// -----

// elementwise_c1
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects no right operand for scale}}
  plan.elementwise "scale" scale %0, %0 into %0 {factor = 2.0 : f64} : !a, !a, !a
}

// -----

// elementwise_c2
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects factor for scale}}
  plan.elementwise "scale" scale %0 into %0 : !a, !a
}

// -----

// elementwise_c2
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects no factor for add}}
  plan.elementwise "sum" add %0, %0 into %0 {factor = 2.0 : f64} : !a, !a, !a
}

// -----

// elementwise_c3
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects activation for activate}}
  plan.elementwise "relu" activate %0 into %0 : !a, !a
}

// -----

// elementwise_c3
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects no activation for multiply}}
  plan.elementwise "gate" multiply %0, %0 into %0 {activation = #transept<activation_kind relu>} : !a, !a, !a
}

// -----

// elementwise_c4
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target x 9, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects all operands to be rows of the same space and width, but got '!plan.buffer<target x 8, stride 16>' and '!plan.buffer<target x 9, stride 16>'}}
  plan.elementwise "sum" add %0, %1 into %0 : !a, !b, !a
}

// -----

// take_requested_c1
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target.requested x 9, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.take_requested "requested" %0 into %1 : !a, !b
}

// -----

// take_requested_c2
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects an output of requested rows, but got '!plan.buffer<target x 8, stride 16>'}}
  plan.take_requested "requested" %0 into %0 : !a, !a
}

// -----

// normalize_c2
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive head_count that divides the width, but got 3}}
  plan.normalize "norm" %0 into %0 <rms, epsilon = 1.0e-06> {head_count = 3 : i64} : !a, !a
}

// -----

// rotate_c1
!a = !plan.buffer<target x 8, stride 16>
!b = !plan.buffer<target x 9, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects input and output to be the same rows of the source or the target}}
  plan.rotate "r" %0 into %1 heads 2 dims 4 theta 1.0 factor 1.0 : !a, !b
}

// -----

// rotate_c1
!a = !plan.buffer<target.requested x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects input and output to be the same rows of the source or the target}}
  plan.rotate "r" %0 into %0 heads 2 dims 4 theta 1.0 factor 1.0 : !a, !a
}

// -----

// rotate_c2
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive head_count that divides the width, but got 3}}
  plan.rotate "r" %0 into %0 heads 3 dims 2 theta 1.0 factor 1.0 : !a, !a
}

// -----

// rotate_c3
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects an even number of dims from 2 to a head's 4, but got 5}}
  plan.rotate "r" %0 into %0 heads 2 dims 5 theta 1.0 factor 1.0 : !a, !a
}

// -----

// rotate_c4
!a = !plan.buffer<target x 8, stride 16>
plan.program @decode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive theta and factor}}
  plan.rotate "r" %0 into %0 heads 2 dims 4 theta 1.0 factor 0.0 : !a, !a
}

// -----

// measure_rows_c1
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source x 3, stride 3>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects an output of two numbers for each row of the input}}
  plan.measure_rows "m" %0 into %1 : !a, !b
}

// -----

// normalize_sequence_c1
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source x 9, stride 16>
!m = !plan.buffer<source x 2, stride 2>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  %2 = plan.buffer : !m
  // expected-error@+1 {{expects input and output to be rows of the same space and width}}
  plan.normalize_sequence "n" %0 measures %2 into %1 epsilon 0.0 : !a, !m, !b
}

// -----

// normalize_sequence_c2
!a = !plan.buffer<source x 8, stride 16>
!m = !plan.buffer<source.frames x 2, stride 2>
plan.program @encode {
  %0 = plan.buffer : !a
  %2 = plan.buffer : !m
  // expected-error@+1 {{expects two measures for each row of the input}}
  plan.normalize_sequence "n" %0 measures %2 into %0 epsilon 0.0 : !a, !m, !a
}

// -----

// normalize_sequence_c3
!a = !plan.buffer<source x 8, stride 16>
!m = !plan.buffer<source x 2, stride 2>
plan.program @encode {
  %0 = plan.buffer : !a
  %2 = plan.buffer : !m
  // expected-error@+1 {{expects an epsilon that is not negative, but got -1}}
  plan.normalize_sequence "n" %0 measures %2 into %0 epsilon -1.0 : !a, !m, !a
}

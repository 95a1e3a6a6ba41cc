// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of launches over rows that all others look at refuses what breaks it.

// sum_blocks_c1
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source.blocks x 9, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.sum_blocks "a" %0 into %1 of 4 : !a, !b
}

// -----

// replace_requested_c1
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source x 9, stride 16>
!r = !plan.buffer<source.requested x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  %2 = plan.buffer : !r
  // expected-error@+1 {{expects input and output to be rows of the same space and width}}
  plan.replace_requested "a" %0, %2 into %1 : !a, !r, !b
}

// -----

// replace_requested_c2
!a = !plan.buffer<source x 8, stride 16>
!r = !plan.buffer<target.requested x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !r
  // expected-error@+1 {{expects requested rows of the input's space, as wide as the input}}
  plan.replace_requested "a" %0, %1 into %0 : !a, !r, !a
}

// -----

// attend_c4
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source.blocks x 9, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects a key of 2 heads of 4}}
  plan.attend "a" other_rows %0, %1, %1 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !b, !b, !a
}

// -----

// attend_c4
!a = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects key and value to be rows of one space, another than the query's}}
  plan.attend "a" other_rows %0, %0, %0 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c8
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source.blocks x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects no mask over rows of another space}}
  plan.attend "a" other_rows %0, %1, %1 into %0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, window_after = 1 : i64} : !a, !b, !b, !a
}

// -----

// attend_c16
!a = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  // expected-error@+1 {{expects a positive block_size exactly where rows of another space have a bias}}
  plan.attend "a" rows %0, %0, %0 into %0 blocks 4 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !a, !a, !a
}

// -----

// attend_c16
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source.blocks x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects a positive block_size exactly where rows of another space have a bias}}
  plan.attend "a" other_rows %0, %1, %1 into %0 bias @bias blocks 0 {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64, bias_reach = 16 : i64} : !a, !b, !b, !a
}

// -----

// attend_c17
!a = !plan.buffer<source x 8, stride 16>
!b = !plan.buffer<source.blocks x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !a
  %1 = plan.buffer : !b
  // expected-error@+1 {{expects requested keys to be hidden only where keys are rows of the query's space}}
  plan.attend "a" other_rows %0, %1, %1 into %0 unrequested {head_count = 2 : i64, key_dim = 4 : i64, value_dim = 4 : i64, scale = 1.0 : f64} : !a, !b, !b, !a
}

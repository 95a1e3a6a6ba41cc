// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of launches that make rows refuses what breaks it.

// embed_c1
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects a position_offset that is not negative, but got -1}}
  plan.embed "tokens" into %0 table @t {scale = 1.0 : f64, position_offset = -1 : i64} : !rows
}

// -----

// embed_positions_c1
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects an offset that is not negative, but got -1}}
  plan.embed_positions "positions" into %0 table @t {offset = -1 : i64} : !rows
}

// -----

// windows_c1
!frames = !plan.buffer<source.features x 8, stride 16>
!rows = !plan.buffer<source x 24, stride 32>
plan.program @encode {
  %0 = plan.buffer : !frames
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects the output's width to be the kernel times the input's, but got '!plan.buffer<source.features x 8, stride 16>' and '!plan.buffer<source x 24, stride 32>'}}
  plan.windows "windows" %0 into %1 kernel 4 stride 2 padding 2 : !frames, !rows
}

// -----

// prepend_c1
!in = !plan.buffer<source.rows x 8, stride 16>
!out = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !in
  %1 = plan.buffer : !out
  // expected-error@+1 {{expects a positive leading_count, but got 0}}
  plan.prepend "token" %0 into %1 leading @t count 0 : !in, !out
}

// -----

// prepend_c2
!in = !plan.buffer<source.rows x 8, stride 16>
!out = !plan.buffer<source x 9, stride 16>
plan.program @encode {
  %0 = plan.buffer : !in
  %1 = plan.buffer : !out
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.prepend "token" %0 into %1 leading @t count 1 : !in, !out
}

// -----

// windows_c2
!frames = !plan.buffer<source.features x 8, stride 16>
!rows = !plan.buffer<source x 24, stride 32>
plan.program @encode {
  %0 = plan.buffer : !frames
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects a padding from 0 to kernel - 1 before and behind, but got 1 and 3}}
  plan.windows "windows" %0 into %1 kernel 3 stride 2 padding 1 behind 3 : !frames, !rows
}

// -----

// append_c1
!in = !plan.buffer<source.rows x 8, stride 16>
!out = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !in
  %1 = plan.buffer : !out
  // expected-error@+1 {{expects a positive trailing_count, but got 0}}
  plan.append "token" %0 into %1 trailing @t count 0 : !in, !out
}

// -----

// append_c2
!in = !plan.buffer<source.rows x 8, stride 16>
!out = !plan.buffer<source x 9, stride 16>
plan.program @encode {
  %0 = plan.buffer : !in
  %1 = plan.buffer : !out
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.append "token" %0 into %1 trailing @t count 1 : !in, !out
}

// -----

// embed_column_c1
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects a column of the input, but got 8 and '!plan.buffer<source x 8, stride 16>'}}
  plan.embed_column "lines" %0 into %1 table @t rows 5 column 8 : !rows, !rows
}

// -----

// embed_column_c2
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects a positive row_count, but got 0}}
  plan.embed_column "lines" %0 into %1 table @t rows 0 column 1 : !rows, !rows
}

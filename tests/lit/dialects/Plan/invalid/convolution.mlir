// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of launches of convolutions, and of parts of sequences, refuses what breaks it.

!rows = !plan.buffer<source x 8, stride 16>
!wide = !plan.buffer<source x 9, stride 16>

// depthwise_c1
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !wide
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.depthwise "d" %0 into %1 weight @w kernel 3 stride 1 padding 1 : !rows, !wide
}

// -----

!rows = !plan.buffer<source x 8, stride 16>

// depthwise_c2
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects a padding from 0 to kernel - 1 before and behind, but got 3 and 3}}
  plan.depthwise "d" %0 into %1 weight @w kernel 3 stride 1 padding 3 : !rows, !rows
}

// -----

!rows = !plan.buffer<source x 8, stride 16>

// depthwise_c3
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects a stride of 1 and padding of kernel - 1 rows where the space stays the same, but got 2 and 2}}
  plan.depthwise "d" %0 into %1 weight @w kernel 3 stride 2 padding 1 : !rows, !rows
}

// -----

!rows = !plan.buffer<source x 8, stride 16>

// depthwise_c4
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects a grid with equal padding on all sides, but got 4 and 0}}
  plan.depthwise "d" %0 into %1 weight @w kernel 3 stride 1 padding 2 behind 0 width 4 : !rows, !rows
}

// -----

!lines = !plan.buffer<source.features x 8, stride 8>
!places = !plan.buffer<source x 9, stride 16>

// grid_windows_c1
plan.program @encode {
  %0 = plan.buffer : !lines
  %1 = plan.buffer : !places
  // expected-error@+1 {{expects an output of kernel^2 times a place's width, and an input as wide as a place or as a line}}
  plan.grid_windows "g" %0 into %1 kernel 3 stride 2 padding 1 width 5 : !lines, !places
}

// -----

!lines = !plan.buffer<source.features x 5, stride 5>
!places = !plan.buffer<source x 9, stride 16>

// grid_windows_c2
plan.program @encode {
  %0 = plan.buffer : !lines
  %1 = plan.buffer : !places
  // expected-error@+1 {{expects a padding from 0 to kernel - 1, but got 3}}
  plan.grid_windows "g" %0 into %1 kernel 3 stride 2 padding 3 width 5 : !lines, !places
}

// -----

!rows = !plan.buffer<source.features x 8, stride 16>
!wide = !plan.buffer<source x 9, stride 16>

// move_rows_c1
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !wide
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.move_rows "m" %0 from 1 into %1 count 0 : !rows, !wide
}

// -----

!rows = !plan.buffer<source.features x 8, stride 16>
!all = !plan.buffer<source x 8, stride 16>

// move_rows_c2
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !all
  // expected-error@+1 {{expects one of begin and count at most not to be 0, but got 1 and 2}}
  plan.move_rows "m" %0 from 1 into %1 count 2 : !rows, !all
}

// -----

!image = !plan.buffer<source.image x 8, stride 16>
!words = !plan.buffer<source.words x 8, stride 16>
!wide = !plan.buffer<source x 9, stride 16>

// concatenate_c1
plan.program @encode {
  %0 = plan.buffer : !image
  %1 = plan.buffer : !words
  %2 = plan.buffer : !wide
  // expected-error@+1 {{expects inputs and output to have the same width}}
  plan.concatenate "c" %0, %1 into %2 first 3 : !image, !words, !wide
}

// -----

!image = !plan.buffer<source.image x 8, stride 16>
!words = !plan.buffer<source.words x 8, stride 16>
!all = !plan.buffer<source x 8, stride 16>

// concatenate_c2
plan.program @encode {
  %0 = plan.buffer : !image
  %1 = plan.buffer : !words
  %2 = plan.buffer : !all
  // expected-error@+1 {{expects a positive first_count, but got 0}}
  plan.concatenate "c" %0, %1 into %2 first 0 : !image, !words, !all
}

// -----

!rows = !plan.buffer<source.features x 8, stride 16>
!wide = !plan.buffer<source x 9, stride 16>

// prepend_mean_c1
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !wide
  // expected-error@+1 {{expects input and output to have the same width}}
  plan.prepend_mean "m" %0 into %1 : !rows, !wide
}

// -----

!rows = !plan.buffer<source x 8, stride 16>
!wide = !plan.buffer<source x 9, stride 16>

// attend_channels_c1
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !wide
  // expected-error@+1 {{expects all operands to be rows of the same space and width}}
  plan.attend_channels "a" %0, %0, %0 into %1 groups 4 : !rows, !rows, !rows, !wide
}

// -----

!rows = !plan.buffer<source x 8, stride 16>

// attend_channels_c2
plan.program @encode {
  %0 = plan.buffer : !rows
  %1 = plan.buffer : !rows
  // expected-error@+1 {{expects groups that divide a width of 8, but got 3}}
  plan.attend_channels "a" %0, %0, %0 into %1 groups 3 : !rows, !rows, !rows, !rows
}

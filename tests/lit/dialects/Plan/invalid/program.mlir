// RUN: transept-opt %s --split-input-file --verify-diagnostics
// Every constraint of programs and of what is in them beside launches refuses what breaks it.

// weight_c1
// expected-error@+1 {{expects a positive size and panel width, but got 0 and 16}}
plan.weight @w <panels, 16, f32> size 0 {
  %0 = transept.weight_zero : tensor<10x32xf32>
  plan.yield %0 : tensor<10x32xf32>
}

// -----

// weight_c1
// expected-error@+1 {{expects a positive size and panel width, but got 64 and 0}}
plan.weight @w <panels, 0, f32> size 64 {
  %0 = transept.weight_zero : tensor<10x32xf32>
  plan.yield %0 : tensor<10x32xf32>
}

// -----

// weight_c2
// expected-error@+1 {{expects f32 in a layout without panels, but got #plan.layout<vector, 16, bf16>}}
plan.weight @w <vector, 16, bf16> size 64 {
  %0 = transept.weight_zero : tensor<16xf32>
  plan.yield %0 : tensor<16xf32>
}

// -----

// program_c1
plan.program @encode {
  // expected-error@+1 {{expects to stand elsewhere: a program holds buffers, columns, launches and barriers}}
  %0 = transept.weight_zero : tensor<16xf32>
}

// -----

// program_c2
plan.program @decode {
  // expected-error@+1 {{expects a search over 100 tokens before it}}
  plan.merge_search "logits" {vocabulary_size = 100 : i64}
}

// -----

// program_c2
!rows = !plan.buffer<target.requested x 24, stride 32>
plan.program @decode {
  %rows = plan.buffer : !rows
  plan.search "logits" %rows weight @w {vocabulary_size = 99 : i64} : !rows
  // expected-error@+1 {{expects a search over 100 tokens before it}}
  plan.merge_search "logits" {vocabulary_size = 100 : i64}
}

// -----

// buffer_c1
plan.program @encode {
  // expected-error@+1 {{expects a positive multiple, but got 0}}
  %0 = plan.buffer multiple 0 : !plan.buffer<source x 8, stride 16>
}

// -----

// buffer_c2
plan.program @encode {
  // expected-error@+1 {{expects a positive width and a stride not below it, but got '!plan.buffer<source x 0, stride 16>'}}
  %0 = plan.buffer : !plan.buffer<source x 0, stride 16>
}

// -----

// buffer_c2
plan.program @encode {
  // expected-error@+1 {{expects a positive width and a stride not below it, but got '!plan.buffer<source x 8, stride 7>'}}
  %0 = plan.buffer : !plan.buffer<source x 8, stride 7>
}

// -----

// columns_c1
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source x 8, stride 16>
  // expected-error@+1 {{expects columns within the buffer's width of 8, but got 5 to 9}}
  %1 = plan.columns %0 from 5 : (!plan.buffer<source x 8, stride 16>) -> !plan.buffer<source x 4, stride 16>
}

// -----

// columns_c1
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source x 8, stride 16>
  // expected-error@+1 {{expects columns within the buffer's width of 8, but got -1 to 3}}
  %1 = plan.columns %0 from -1 : (!plan.buffer<source x 8, stride 16>) -> !plan.buffer<source x 4, stride 16>
}

// -----

// columns_c2
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source x 8, stride 16>
  // expected-error@+1 {{expects buffer and result to share space and stride, but got '!plan.buffer<source x 8, stride 16>' and '!plan.buffer<source x 4, stride 4>'}}
  %1 = plan.columns %0 from 0 : (!plan.buffer<source x 8, stride 16>) -> !plan.buffer<source x 4, stride 4>
}

// -----

// columns_c2
plan.program @encode {
  %0 = plan.buffer : !plan.buffer<source x 8, stride 16>
  // expected-error@+1 {{expects buffer and result to share space and stride}}
  %1 = plan.columns %0 from 0 : (!plan.buffer<source x 8, stride 16>) -> !plan.buffer<target x 4, stride 16>
}

// -----

// expected-error@+1 {{'plan.barrier' op expects parent op 'plan.program'}}
plan.barrier

// -----

// launch_c1
!rows = !plan.buffer<source x 8, stride 16>
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects a plan.weight, but got @nowhere}}
  plan.embed_positions "positions" into %0 table @nowhere {offset = 0 : i64} : !rows
}

// -----

// launch_c2
!rows = !plan.buffer<source x 8, stride 16>
plan.weight @table <vector, 16, f32> size 64 {
  %0 = transept.weight_zero : tensor<8xf32>
  plan.yield %0 : tensor<8xf32>
}
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects @table in the layout rows or panels, but got vector}}
  plan.embed "tokens" into %0 table @table {scale = 1.0 : f64, position_offset = 0 : i64} : !rows
}

// -----

// A gated layer reads panels of gates and values in turn; panels of one product would be misread.
// launch_c2
!rows = !plan.buffer<source x 8, stride 16>
plan.weight @w <panels, 16, f32> size 512 {
  %0 = transept.weight_zero : tensor<8x8xf32>
  plan.yield %0 : tensor<8x8xf32>
}
plan.program @encode {
  %0 = plan.buffer : !rows
  // expected-error@+1 {{expects @w in the layout gated_panels, but got panels}}
  plan.linear "gate" %0 into %0 weight @w activation relu gated <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !rows, !rows
}

// -----

// program_c3
// expected-error@+1 {{expects spare_rows that are not negative, but got -1}}
plan.program @encode attributes {spare_rows = -1 : i64} {
}

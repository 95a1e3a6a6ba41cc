// RUN: transept-opt %s --split-input-file --pass-pipeline='builtin.module(lower-to-plan{cpu=x86-64-v4 cache=f32})' --verify-diagnostics | FileCheck %s
// An image of 4 lines has as many places as it has, whatever prompt is behind it: 25 fit into 3 for
// each of the 5 rows that it becomes, and of the 4 that there is room for before a prompt.

!given = !transept.rows<source.features x 8 x f32>
!lines = !transept.rows<source.lines x 8 x f32>
!fine = !transept.rows<source.fine x 8 x f32>
!windows = !transept.rows<source.coarse x 32 x f32>
!coarse = !transept.rows<source.coarse x 8 x f32>
!prompt = !transept.rows<source.prompt x 8 x f32>
!image = !transept.rows<source.image x 8 x f32>

// CHECK-LABEL: plan.program @encode attributes {spare_rows = 4 : i64}
// CHECK:       %[[GIVEN:.*]] = plan.buffer : <source.features x 8
// CHECK:       %[[LINES:.*]] = plan.buffer : <source.lines x 8
// CHECK:       plan.move_rows "first_rows" %[[GIVEN]] from 0 into %[[LINES]] count 4
// CHECK:       %[[FINE:.*]] = plan.buffer multiple 3 : <source.fine x 8
// CHECK:       plan.grid_windows "grid_windows" %[[LINES]] into %[[FINE]] kernel 2 stride 1 padding 1 width 4 height 4
// CHECK:       plan.grid_windows "grid_windows" %[[FINE]] into %{{.*}} kernel 2 stride 2 padding 0 width 5 height 5
// CHECK:       plan.attend_channels "channel_attention" %{{.*}}, %{{.*}}, %{{.*}} into %[[MIXED:.*]] groups 2
// CHECK:       %[[IMAGE:.*]] = plan.buffer : <source.image x 8
// CHECK:       plan.prepend_mean "prepend_mean" %[[MIXED]] into %[[IMAGE]]
// CHECK:       plan.move_rows "rows_behind" %[[GIVEN]] from 4 into %[[PROMPT:.*]] count 0
// CHECK:       plan.concatenate "concatenate_rows" %[[IMAGE]], %[[PROMPT]] into %{{.*}} first 5
func.func @encode(%given: !given) -> !transept.rows<source x 8 x f32> {
  %lines = transept.first_rows %given 4 : (!given) -> !lines
  %fine = transept.grid_windows %lines kernel 2 stride 1 padding 1 width 4 height 4
      : (!lines) -> !fine
  %windows = transept.grid_windows %fine kernel 2 stride 2 padding 0 width 5 height 5
      : (!fine) -> !windows
  %w = transept.parameter "w" : tensor<8x32xf32>
  %places = transept.linear %windows, %w : (!windows, tensor<8x32xf32>) -> !coarse
  %mixed = transept.channel_attention %places, %places, %places groups 2 : !coarse
  %image = transept.prepend_mean %mixed : (!coarse) -> !image
  %prompt = transept.rows_behind %given 4 : (!given) -> !prompt
  %all = transept.concatenate_rows %image, %prompt first 5
      : (!image, !prompt) -> !transept.rows<source x 8 x f32>
  return %all : !transept.rows<source x 8 x f32>
}
func.func @decode() {
  return
}

// -----

// What is made of rows has no parts in a library: it would have to know how many there are.
!given = !transept.rows<source.features x 8 x f32>
func.func @encode(%given: !given) -> !transept.rows<source x 8 x f32> {
  %twice = transept.scale %given by 2.0 : !given
  // expected-error@+1 {{expects parts of the rows that a source is given}}
  %rest = transept.rows_behind %twice 4 : (!given) -> !transept.rows<source x 8 x f32>
  return %rest : !transept.rows<source x 8 x f32>
}
func.func @decode() {
  return
}

// RUN: transept-opt %s --pass-pipeline='builtin.module(insert-barriers)' | FileCheck %s
// RUN: transept-opt %s --pass-pipeline='builtin.module(insert-barriers)' --remarks-filter=plan --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Analysis] insert-barriers | Category:plan | Remark="reads: 4 launches need 1 barriers"

!buffer = !plan.buffer<source x 32, stride 32>

plan.weight @table <rows, 1, f32> size 1280 {
  %0 = transept.weight_zero : tensor<10x32xf32>
  plan.yield %0 : tensor<10x32xf32>
}
plan.weight @vocabulary <panels, 16, f32> size 2048 {
  %0 = transept.weight_zero : tensor<7x32xf32>
  plan.yield %0 : tensor<7x32xf32>
}

// Independent launches run without waiting; a reader waits for its writer, once.

// CHECK-LABEL: plan.program @reads
// CHECK:       plan.embed "a"
// CHECK-NOT:   plan.barrier
// CHECK:       plan.embed "b"
// CHECK:       plan.barrier
// CHECK-NEXT:  plan.elementwise "sum"
// CHECK-NOT:   plan.barrier
// CHECK:       plan.emit_states "a again"
plan.program @reads {
  %a = plan.buffer at 0 : !buffer
  %b = plan.buffer at 128 : !buffer
  %c = plan.buffer at 256 : !buffer
  plan.embed "a" into %a table @table {scale = 1.0 : f64, position_offset = 0 : i64} : !buffer
  plan.embed "b" into %b table @table {scale = 1.0 : f64, position_offset = 0 : i64} : !buffer
  plan.elementwise "sum"  add %a, %b into %c : !buffer, !buffer, !buffer
  plan.emit_states "a again" %a : !buffer
}

// Writing over what another worker may still read needs a barrier as well.

// CHECK-LABEL: plan.program @overwrites
// CHECK:       plan.emit_states "reads"
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.embed "writes"
plan.program @overwrites {
  %a = plan.buffer at 0 : !buffer
  %b = plan.buffer at 64 : !buffer
  plan.emit_states "reads" %a : !buffer
  plan.embed "writes" into %b table @table {scale = 1.0 : f64, position_offset = 0 : i64} : !buffer
}

// What a search leaves outside of the arena is waited for as well, and not written over.

!requested = !plan.buffer<source.requested x 32, stride 32>

// CHECK-LABEL: plan.program @search
// CHECK:       plan.search "first"
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.merge_search "first"
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.search "second"
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.merge_search "second"
plan.program @search {
  %a = plan.buffer at 0 : !requested
  plan.search "first" %a weight @vocabulary {vocabulary_size = 7 : i64} : !requested
  plan.merge_search "first" {vocabulary_size = 7 : i64}
  plan.search "second" %a weight @vocabulary {vocabulary_size = 7 : i64} : !requested
  plan.merge_search "second" {vocabulary_size = 7 : i64}
}

// Whatever a launch writes is waited for: a norm's result beside the product's, too.

// CHECK-LABEL: plan.program @normalized
// CHECK:       plan.linear "linear"
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.emit_states "norm"
// CHECK-NEXT:  plan.emit_states "product"
plan.program @normalized {
  %a = plan.buffer at 0 : !buffer
  %b = plan.buffer at 128 : !buffer
  %c = plan.buffer at 256 : !buffer
  plan.linear "linear" %a into %b weight @vocabulary norm <rms, epsilon = 1.0e-6> normalized into %c
    <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !buffer, !buffer, !buffer
  plan.emit_states "norm" %c : !buffer
  plan.emit_states "product" %b : !buffer
}

!frames = !plan.buffer<source.features x 5, stride 32>
!windows = !plan.buffer<source.first x 15, stride 32>
!rows = !plan.buffer<source x 15, stride 32>

// The end of a buffer of more rows lies further away: b begins inside of a, c behind it.

// CHECK-LABEL: plan.program @multiples
// CHECK:       plan.take_features "a"
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.embed_positions "b"
// CHECK-NEXT:  plan.embed_positions "c"
plan.program @multiples {
  %a = plan.buffer at 0 multiple 4 : !frames
  %b = plan.buffer at 384 : !buffer
  %c = plan.buffer at 512 : !buffer
  plan.take_features "a" into %a : !frames
  plan.embed_positions "b" into %b table @table {offset = 0 : i64} : !buffer
  plan.embed_positions "c" into %c table @table {offset = 0 : i64} : !buffer
}

// Windows and class tokens wait for their input, and their readers for them.

// CHECK-LABEL: plan.program @features
// CHECK:       plan.take_features
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.windows
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.prepend
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.emit_states
plan.program @features {
  %a = plan.buffer at 0 multiple 2 : !frames
  %b = plan.buffer at 256 : !windows
  %c = plan.buffer at 384 : !rows
  plan.take_features "features" into %a : !frames
  plan.windows "windows" %a into %b kernel 3 stride 2 padding 1 : !frames, !windows
  plan.prepend "token" %b into %c leading @table count 1 : !windows, !rows
  plan.emit_states "states" %c : !rows
}

// RUN: transept-opt %s --pass-pipeline='builtin.module(insert-barriers)' | FileCheck %s

!buffer = !plan.buffer<source x 32, stride 32>

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

// CHECK-LABEL: plan.program @search
// CHECK:       plan.search
// CHECK-NEXT:  plan.barrier
// CHECK-NEXT:  plan.merge_search
plan.program @search {
  %a = plan.buffer at 0 : !buffer
  plan.search "logits" %a weight @table {vocabulary_size = 7 : i64} : !buffer
  plan.merge_search "logits" {vocabulary_size = 7 : i64}
}

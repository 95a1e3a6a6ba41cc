// RUN: transept-opt %s --pass-pipeline='builtin.module(emit-kernels{cpu=x86-64-v3},canonicalize,cse)' | FileCheck %s

// Windows bound the loop over keys: it begins at the step of 64 keys, counted from key 0, that holds
// the first visible key of the tile's first row, and ends behind the last visible key of its last
// row. In the self cache a key's number is its position; rows must rise in their positions, or every
// key is looked at.

// CHECK-LABEL: func.func private @attention_rows_1x16_window100_7
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-DAG:     %[[STEP:.*]] = arith.constant 64 : i64
// CHECK-DAG:     %[[TILE:.*]] = arith.constant 6 : i64
// CHECK-DAG:     %[[BEFORE:.*]] = arith.constant 100 : i64
// CHECK-DAG:     %[[AFTER:.*]] = arith.constant 7 : i64
// CHECK-DAG:     %[[TRUE:.*]] = arith.constant true
// CHECK:         %[[RISING:.*]] = scf.for {{.*}} iter_args(%[[SO_FAR:.*]] = %[[TRUE]]) -> (i1)
// CHECK:           %[[LESS:.*]] = arith.cmpi slt
// CHECK:           arith.andi %[[SO_FAR]], %[[LESS]]
// CHECK:         scf.for %[[FIRST:.*]] = %[[ZERO]] to %[[KEYS:.*]] step %[[TILE]]
// CHECK:           %[[ROWS:.*]] = arith.minsi
// CHECK:           %[[FROM:.*]] = arith.subi %[[FIRST]], %[[BEFORE]]
// CHECK:           %[[VISIBLE:.*]] = arith.maxsi %[[FROM]], %[[ZERO]]
// CHECK:           %[[WHOLE:.*]] = arith.divsi %[[VISIBLE]], %[[STEP]]
// CHECK:           %[[STEP_BEGIN:.*]] = arith.muli %[[WHOLE]], %[[STEP]]
// CHECK:           %[[BEGIN:.*]] = arith.select %[[RISING]], %[[STEP_BEGIN]], %[[ZERO]]
// CHECK:           %[[BEHIND:.*]] = arith.addi %[[FIRST]], %[[ROWS]]
// CHECK:           %[[LAST:.*]] = arith.addi %[[BEHIND]], %[[AFTER]]
// CHECK:           %[[BOUND:.*]] = arith.minsi %[[KEYS]], %[[LAST]]
// CHECK:           %[[END:.*]] = arith.select %[[RISING]], %[[BOUND]], %[[KEYS]]
// CHECK:           scf.for %{{.*}} = %[[BEGIN]] to %[[END]] step %[[STEP]]
plan.program @encode {
  %x = plan.buffer at 0 : !plan.buffer<source x 16, stride 16>
  %y = plan.buffer at 64 : !plan.buffer<source x 16, stride 16>
  plan.take_features "features" into %x : !plan.buffer<source x 16, stride 16>
  plan.barrier
  plan.attend "local" rows %x, %x, %x into %y {head_count = 1 : i64, key_dim = 16 : i64, scale = 1.0 : f64, value_dim = 16 : i64, window_before = 100 : i64, window_after = 7 : i64} : !plan.buffer<source x 16, stride 16>, !plan.buffer<source x 16, stride 16>, !plan.buffer<source x 16, stride 16>, !plan.buffer<source x 16, stride 16>
}

// A causal window ends at the row itself.

// CHECK-LABEL: func.func private @attention_pages_1x16_causal_window100_7
// CHECK-DAG:     %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK-DAG:     %[[STEP:.*]] = arith.constant 64 : i64
// CHECK-DAG:     %[[TILE:.*]] = arith.constant 6 : i64
// CHECK-DAG:     %[[BEFORE:.*]] = arith.constant 100 : i64
// CHECK-NOT:     -> (i1)
// CHECK:         scf.for %[[FIRST:.*]] = %[[ZERO]] to %{{.*}} step %[[TILE]]
// CHECK:           %[[FROM:.*]] = arith.subi %{{.*}}, %[[BEFORE]]
// CHECK-NEXT:      %[[VISIBLE:.*]] = arith.maxsi %[[FROM]], %[[ZERO]]
// CHECK-NEXT:      %[[WHOLE:.*]] = arith.divsi %[[VISIBLE]], %[[STEP]]
// CHECK-NEXT:      %[[BEGIN:.*]] = arith.muli %[[WHOLE]], %[[STEP]]
// CHECK-NEXT:      scf.for %{{.*}} = %[[BEGIN]] to %{{.*}} step %[[STEP]]
plan.program @decode {
  %x = plan.buffer at 0 : !plan.buffer<target x 16, stride 16>
  %y = plan.buffer at 64 : !plan.buffer<target x 16, stride 16>
  plan.take_features "features" into %x : !plan.buffer<target x 16, stride 16>
  plan.barrier
  plan.attend "local" pages %x, %x, %x into %y keys <"k", keys = true, heads = 1, head_dim = 16, offset = 0, f32> values <"v", keys = false, heads = 1, head_dim = 16, offset = 16, f32> {causal, head_count = 1 : i64, key_dim = 16 : i64, scale = 1.0 : f64, value_dim = 16 : i64, window_before = 100 : i64, window_after = 7 : i64} : !plan.buffer<target x 16, stride 16>, !plan.buffer<target x 16, stride 16>, !plan.buffer<target x 16, stride 16>, !plan.buffer<target x 16, stride 16>
}

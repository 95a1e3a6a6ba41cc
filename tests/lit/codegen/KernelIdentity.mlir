// RUN: transept-opt %s --pass-pipeline='builtin.module(emit-kernels{cpu=x86-64-v3},canonicalize)' | FileCheck %s

// Launches share a kernel when their whole shape is the same. A strategy is part of it: where one is
// changed by hand, the launch gets a kernel that obeys it; so does a norm whose epsilon differs in a
// digit that no name shows.

// CHECK-LABEL: func.func private @encode.first(
// CHECK:         call @[[KERNEL:linear_64x64_from64_to64]](
// CHECK:       func.func private @[[KERNEL]](
// CHECK-DAG:     %[[BLOCK:.*]] = arith.constant 192 : i64
// CHECK-DAG:     %[[SPLIT:.*]] = arith.constant 48 : i64
// CHECK:         arith.muli %{{.*}}, %[[SPLIT]]
// CHECK:         scf.for %{{.*}} step %[[BLOCK]]

// CHECK-LABEL: func.func private @encode.second(
// CHECK:         call @[[OTHER:linear_64x64_from64_to64.1]](
// CHECK:       func.func private @[[OTHER]](
// CHECK-DAG:     %[[BLOCK:.*]] = arith.constant 96 : i64
// CHECK-DAG:     %[[SPLIT:.*]] = arith.constant 54 : i64
// CHECK:         arith.muli %{{.*}}, %[[SPLIT]]
// CHECK:         scf.for %{{.*}} step %[[BLOCK]]

// CHECK-LABEL: func.func private @encode.third(
// CHECK:         call @linear_64x64_from64_to64(

// CHECK-LABEL: func.func private @encode.coarse(
// CHECK:         call @"[[NORM:normalize_rows_rms_norm_64_1.000000E-05_from64_to64]]"(
// CHECK-LABEL: func.func private @encode.fine(
// CHECK:         call @"[[NORM]].1"(

plan.weight @w <panels, 16, f32> at 0 size 16384 {
  %w = transept.parameter "w" : tensor<64x64xf32>
  plan.yield %w : tensor<64x64xf32>
}
plan.program @encode {
  %x = plan.buffer at 0 : !plan.buffer<source x 64, stride 64>
  %y = plan.buffer at 256 : !plan.buffer<source x 64, stride 64>
  plan.take_features "features" into %x : !plan.buffer<source x 64, stride 64>
  plan.barrier
  plan.linear "first" %x into %y weight @w <rowBlock = 192, streamPanels = 4, rowsToSplit = 48> : !plan.buffer<source x 64, stride 64>, !plan.buffer<source x 64, stride 64>
  plan.barrier
  plan.linear "second" %y into %x weight @w <rowBlock = 96, streamPanels = 4, rowsToSplit = 54> : !plan.buffer<source x 64, stride 64>, !plan.buffer<source x 64, stride 64>
  plan.barrier
  plan.linear "third" %x into %y weight @w <rowBlock = 192, streamPanels = 4, rowsToSplit = 48> : !plan.buffer<source x 64, stride 64>, !plan.buffer<source x 64, stride 64>
  plan.barrier
  plan.normalize "coarse" %y into %x <rms, epsilon = 1.0e-05> : !plan.buffer<source x 64, stride 64>, !plan.buffer<source x 64, stride 64>
  plan.barrier
  plan.normalize "fine" %x into %y <rms, epsilon = 1.00000001e-05> : !plan.buffer<source x 64, stride 64>, !plan.buffer<source x 64, stride 64>
}

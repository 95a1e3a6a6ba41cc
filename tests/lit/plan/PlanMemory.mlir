// RUN: transept-opt %s --pass-pipeline='builtin.module(plan-memory)' | FileCheck %s
// RUN: transept-opt %s --pass-pipeline='builtin.module(plan-memory)' --remarks-filter=plan --remark-format=emitRemark 2>&1 | FileCheck %s --check-prefix=REMARK

// REMARK: [Analysis] plan-memory | Category:plan | Remark="encode: 3 buffers share 384 bytes a row; apart they would take 512"

// Weights: whole pages begin at page boundaries, small ones at cache lines.

// CHECK: plan.weight @small <vector, 32, f32> at 0 size 128
// CHECK: plan.weight @large <panels, 32, f32> at 4096 size 4096
// CHECK: plan.weight @last <vector, 32, f32> at 8192 size 4
plan.weight @small <vector, 32, f32> size 128 {
  %0 = transept.weight_zero : tensor<32xf32>
  plan.yield %0 : tensor<32xf32>
}
plan.weight @large <panels, 32, f32> size 4096 {
  %0 = transept.weight_zero : tensor<32x32xf32>
  plan.yield %0 : tensor<32x32xf32>
}
plan.weight @last <vector, 32, f32> size 4 {
  %0 = transept.weight_zero : tensor<1xf32>
  plan.yield %0 : tensor<1xf32>
}

// a and c are never needed together, so c takes a's place; b lives through both.

// CHECK-LABEL: plan.program @encode attributes {arena_bytes_per_row = 384 : i64}
// CHECK: %[[A:.*]] = plan.buffer at 0 : <source x 64, stride 64>
// CHECK: %[[B:.*]] = plan.buffer at 256 : <source x 32, stride 32>
// CHECK: %[[C:.*]] = plan.buffer at 0 : <source x 32, stride 32>
plan.program @encode {
  %a = plan.buffer : !plan.buffer<source x 64, stride 64>
  plan.embed "embedding" into %a table @large {scale = 1.0 : f64, position_offset = 0 : i64} : !plan.buffer<source x 64, stride 64>
  %b = plan.buffer : !plan.buffer<source x 32, stride 32>
  plan.linear "first" %a into %b weight @large <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !plan.buffer<source x 64, stride 64>, !plan.buffer<source x 32, stride 32>
  %c = plan.buffer : !plan.buffer<source x 32, stride 32>
  plan.linear "second" %b into %c weight @large <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !plan.buffer<source x 32, stride 32>, !plan.buffer<source x 32, stride 32>
  plan.emit_states "states" %c : !plan.buffer<source x 32, stride 32>
}

// A space before a convolution has more rows: its buffers take that many times the bytes per row.

// CHECK-LABEL: plan.program @convolution attributes {arena_bytes_per_row = 768 : i64}
// CHECK: plan.buffer at 0 multiple 4 : <source.features x 5, stride 32>
// CHECK: plan.buffer at 512 : <source x 15, stride 64>
// CHECK: plan.buffer at 0 : <source x 32, stride 32>
plan.program @convolution {
  %a = plan.buffer multiple 4 : !plan.buffer<source.features x 5, stride 32>
  plan.take_features "features" into %a : !plan.buffer<source.features x 5, stride 32>
  %b = plan.buffer : !plan.buffer<source x 15, stride 64>
  plan.windows "windows" %a into %b kernel 3 stride 4 padding 2 : !plan.buffer<source.features x 5, stride 32>, !plan.buffer<source x 15, stride 64>
  %c = plan.buffer : !plan.buffer<source x 32, stride 32>
  plan.linear "stem" %b into %c weight @large <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !plan.buffer<source x 15, stride 64>, !plan.buffer<source x 32, stride 32>
  plan.emit_states "states" %c : !plan.buffer<source x 32, stride 32>
}

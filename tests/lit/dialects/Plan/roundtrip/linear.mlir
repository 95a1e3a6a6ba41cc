// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Linear layers survive printing and parsing, with everything that fuses into them and bare.

!in = !plan.buffer<source x 24, stride 32>
!out = !plan.buffer<source x 40, stride 64>

plan.weight @panels <panels, 16, f32> size 4608 {
  %0 = transept.weight_zero : tensor<40x24xf32>
  plan.yield %0 : tensor<40x24xf32>
}
plan.weight @gated <gated_panels, 16, int4> size 9216 {
  %0 = transept.weight_zero : tensor<80x24xf32>
  plan.yield %0 : tensor<80x24xf32>
}
plan.weight @pairs <gated_vector, 16, f32> size 384 {
  %0 = transept.weight_zero : tensor<80xf32>
  plan.yield %0 : tensor<80xf32>
}
plan.weight @vector <vector, 16, f32> size 192 {
  %0 = transept.weight_zero : tensor<40xf32>
  plan.yield %0 : tensor<40xf32>
}

plan.program @encode {
  %in = plan.buffer : !in
  %normal = plan.buffer : !in
  %out = plan.buffer : !out
  %more = plan.buffer : !out
  // CHECK: plan.linear "bare" %{{.*}} into %{{.*}} weight @panels <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !plan.buffer<source x 24, stride 32>, !plan.buffer<source x 40, stride 64>
  plan.linear "bare" %in into %out weight @panels <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !in, !out
  // CHECK: plan.linear "all" %{{.*}} into %{{.*}} weight @gated bias @pairs norm <layer, epsilon = 1.000000e-05> gain @vector shift @vector normalized into %{{.*}} activation gelu_tanh gated residual %{{.*}} <rowBlock = 24, streamPanels = 4, rowsToSplit = 96>
  plan.linear "all" %in into %out weight @gated bias @pairs norm <layer, epsilon = 1.0e-05> gain @vector shift @vector
    normalized into %normal activation gelu_tanh gated residual %more <rowBlock = 24, streamPanels = 4, rowsToSplit = 96>
    : !in, !out, !out, !in
  // CHECK: plan.linear "heads" %{{.*}} into %{{.*}} weight @panels heads 8 shared <rowBlock = 24, streamPanels = 4, rowsToSplit = 96>
  plan.linear "heads" %in into %out weight @panels heads 8 shared <rowBlock = 24, streamPanels = 4, rowsToSplit = 96> : !in, !out
}

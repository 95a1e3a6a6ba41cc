// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// The search over the vocabulary survives printing and parsing, with a norm and bare.

!rows = !plan.buffer<target.requested x 24, stride 32>

plan.weight @panels <panels, 16, bf16> size 6144 {
  %0 = transept.weight_zero : tensor<100x24xf32>
  plan.yield %0 : tensor<100x24xf32>
}
plan.weight @vector <vector, 16, f32> size 448 {
  %0 = transept.weight_zero : tensor<100xf32>
  plan.yield %0 : tensor<100xf32>
}

plan.program @decode {
  %rows = plan.buffer : !rows
  // CHECK: plan.search "bare" %{{.*}} weight @panels {vocabulary_size = 100 : i64} : <target.requested x 24, stride 32>
  plan.search "bare" %rows weight @panels {vocabulary_size = 100 : i64} : !rows
  // CHECK: plan.merge_search "bare" {vocabulary_size = 100 : i64}
  plan.merge_search "bare" {vocabulary_size = 100 : i64}
  // CHECK: plan.search "all" %{{.*}} weight @panels bias @vector norm <layer, epsilon = 1.000000e-05> gain @vector shift @vector
  plan.search "all" %rows weight @panels bias @vector norm <layer, epsilon = 1.0e-05> gain @vector shift @vector {vocabulary_size = 100 : i64} : !rows
}

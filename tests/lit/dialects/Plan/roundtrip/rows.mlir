// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Launches that pass over rows once survive printing and parsing.

!rows = !plan.buffer<target x 24, stride 32>
!requested = !plan.buffer<target.requested x 24, stride 32>

plan.weight @vector <vector, 16, f32> size 128 {
  %0 = transept.weight_zero : tensor<24xf32>
  plan.yield %0 : tensor<24xf32>
}

plan.program @decode {
  %a = plan.buffer : !rows
  %b = plan.buffer : !rows
  %c = plan.buffer : !requested
  // CHECK: plan.normalize "bare" %{{.*}} into %{{.*}} <rms, epsilon = 1.000000e-05> : !plan.buffer<target x 24, stride 32>
  plan.normalize "bare" %a into %b <rms, epsilon = 1.0e-05> : !rows, !rows
  // CHECK: plan.normalize "all" %{{.*}} into %{{.*}} <layer, epsilon = 1.000000e-05> gain @vector shift @vector
  plan.normalize "all" %a into %b <layer, epsilon = 1.0e-05> gain @vector shift @vector : !rows, !rows
  // CHECK: plan.normalize "heads" %{{.*}} into %{{.*}} <rms, epsilon = 1.000000e-05> {head_count = 3 : i64}
  plan.normalize "heads" %a into %b <rms, epsilon = 1.0e-05> {head_count = 3 : i64} : !rows, !rows
  %m = plan.buffer : !plan.buffer<target x 2, stride 2>
  // CHECK: plan.measure_rows "rows" %{{.*}} into %{{.*}} : !plan.buffer<target x 24, stride 32>, !plan.buffer<target x 2, stride 2>
  plan.measure_rows "rows" %a into %m : !rows, !plan.buffer<target x 2, stride 2>
  // CHECK: plan.normalize_sequence "all" %{{.*}} measures %{{.*}} into %{{.*}} epsilon 1.000000e-05 gain @vector shift @vector :
  plan.normalize_sequence "all" %a measures %m into %b epsilon 1.0e-05 gain @vector shift @vector
    : !rows, !plan.buffer<target x 2, stride 2>, !rows
  // CHECK: plan.rotate "halves" %{{.*}} into %{{.*}} heads 3 dims 8 theta 1.000000e+04 factor 1.000000e+00 :
  plan.rotate "halves" %a into %b heads 3 dims 8 theta 10000.0 factor 1.0 : !rows, !rows
  // CHECK: plan.rotate "pairs" %{{.*}} into %{{.*}} heads 3 dims 6 theta 1.000000e+04 factor 2.000000e+00 interleaved :
  plan.rotate "pairs" %a into %b heads 3 dims 6 theta 10000.0 factor 2.0 interleaved : !rows, !rows
  // CHECK: plan.elementwise "sum" add %{{.*}}, %{{.*}} into %{{.*}} :
  plan.elementwise "sum" add %a, %b into %a : !rows, !rows, !rows
  // CHECK: plan.elementwise "gate" multiply %{{.*}}, %{{.*}} into %{{.*}} :
  plan.elementwise "gate" multiply %a, %b into %a : !rows, !rows, !rows
  // CHECK: plan.elementwise "scale" scale %{{.*}} into %{{.*}} {factor = 5.000000e-01 : f64}
  plan.elementwise "scale" scale %a into %b {factor = 0.5 : f64} : !rows, !rows
  // CHECK: plan.elementwise "relu" activate %{{.*}} into %{{.*}} {activation = #transept<activation_kind relu>}
  plan.elementwise "relu" activate %a into %b {activation = #transept<activation_kind relu>} : !rows, !rows
  // CHECK: plan.take_requested "requested" %{{.*}} into %{{.*}} : !plan.buffer<target x 24, stride 32>, !plan.buffer<target.requested x 24, stride 32>
  plan.take_requested "requested" %a into %c : !rows, !requested
  // CHECK: plan.emit_states "states" %{{.*}} : <target x 24, stride 32>
  plan.emit_states "states" %a : !rows
}

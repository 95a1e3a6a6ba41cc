// RUN: transept-opt %s --verify-roundtrip | FileCheck %s
// Rotary positions in all their forms.

!x = !transept.rows<source x 16 x f32>

// CHECK-LABEL: func @rotary
func.func @rotary(%x: !x) {
  // CHECK: transept.rotary %{{[^ ]*}} heads 2 dims 8 theta 1.000000e+04 :
  %0 = transept.rotary %x heads 2 dims 8 theta 10000.0 : (!x) -> !x
  // CHECK: transept.rotary %{{[^ ]*}} heads 2 dims 6 theta 1.000000e+06 interleaved {factor = 8.000000e+00 : f64} :
  %1 = transept.rotary %x heads 2 dims 6 theta 1.0e6 interleaved {factor = 8.0} : (!x) -> !x
  return
}

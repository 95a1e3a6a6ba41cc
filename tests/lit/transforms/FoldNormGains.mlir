// RUN: transept-opt %s --pass-pipeline='builtin.module(fold-norm-gains)' --remarks-filter=weights --remark-format=emitRemark 2>&1 | FileCheck %s

!rows = !transept.rows<target x 4 x f32>
!ids = !transept.rows<target x 1 x i32>
!square = tensor<4x4xf32>
!vector = tensor<4xf32>
!table = tensor<9x4xf32>
!logits = !transept.rows<target x 9 x f32>

// CHECK: [Passed] fold-norm-gains | Category:weights | {{.*}}folded into 2 weights
// CHECK: [Missed] fold-norm-gains | {{.*}}'transept.embedding' reads the weight as well
// CHECK: [Missed] fold-norm-gains | {{.*}}'transept.add' reads the norm as well

// linear(norm(x) * g + c, W, b) -> linear(norm(x), W diag(g), b + W c), for every reader

// CHECK-LABEL: func.func @folds
// CHECK-SAME:    (%[[X:.*]]: !transept.rows
// CHECK:         %[[NORM:.*]] = transept.layer_norm %[[X]] epsilon
// CHECK:         %[[SHIFT:.*]] = transept.weight_product %[[W:.*]], %{{.*}} :
// CHECK:         %[[BIAS:.*]] = transept.weight_add %{{.*}}, %[[SHIFT]]
// CHECK:         %[[WEIGHT:.*]] = transept.weight_scale_columns %[[W]],
// CHECK:         transept.linear %[[NORM]], %[[WEIGHT]] bias %[[BIAS]]
// CHECK:         %[[SHIFT:.*]] = transept.weight_product
// CHECK:         %[[WEIGHT:.*]] = transept.weight_scale_columns
// CHECK:         transept.logits %[[NORM]], %[[WEIGHT]] bias %[[SHIFT]]
func.func @folds(%x: !rows) -> (!rows, !logits) {
  %g = transept.parameter "folds.g" : !vector
  %c = transept.parameter "folds.c" : !vector
  %norm = transept.layer_norm %x gain %g shift %c epsilon 1.0e-5 : (!rows, !vector, !vector) -> !rows
  %w = transept.parameter "folds.w" : !square
  %b = transept.parameter "folds.b" : !vector
  %y = transept.linear %norm, %w bias %b : (!rows, !square, !vector) -> !rows
  %v = transept.parameter "folds.v" : !table
  %z = transept.logits %norm, %v : (!rows, !table) -> !logits
  return %y, %z : !rows, !logits
}

// A table that both embeds tokens and scores them stays as it is stored.

// CHECK-LABEL: func.func @shared_output_projection
// CHECK:         transept.rms_norm %{{.*}} gain
// CHECK-NOT:     weight_scale_columns
// CHECK:         return
func.func @shared_output_projection(%ids: !ids) -> !logits {
  %table = transept.parameter "shared" : !table
  %x = transept.embedding %ids, %table : (!ids, !table) -> !rows
  %g = transept.parameter "shared.g" : !vector
  %norm = transept.rms_norm %x gain %g epsilon 1.0e-6 : (!rows, !vector) -> !rows
  %y = transept.logits %norm, %table : (!rows, !table) -> !logits
  return %y : !logits
}

// A residual needs the gain in the rows themselves.

// CHECK-LABEL: func.func @residual
// CHECK:         transept.rms_norm %{{.*}} gain
// CHECK-NOT:     weight_scale_columns
// CHECK:         return
func.func @residual(%x: !rows) -> !rows {
  %g = transept.parameter "residual.g" : !vector
  %norm = transept.rms_norm %x gain %g epsilon 1.0e-6 : (!rows, !vector) -> !rows
  %w = transept.parameter "residual.w" : !square
  %y = transept.linear %norm, %w : (!rows, !square) -> !rows
  %sum = transept.add %norm, %y : !rows
  return %sum : !rows
}

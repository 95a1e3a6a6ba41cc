// RUN: transept-opt %s --pass-pipeline="builtin.module(verify-by-running{pipeline='canonicalize{max-iterations=3 top-down=false},fuse-activations,hoist-weights' seed=2})" | FileCheck %s
// RUN: not transept-opt %s --pass-pipeline="builtin.module(verify-by-running{pipeline='fuse-everything'})" 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not transept-opt %s --pass-pipeline="builtin.module(verify-by-running{pipeline=fuse-vocabulary-search reproducer=%t.reproducer.mlir})" 2>&1 | FileCheck %s --check-prefix=FAILED
// RUN: FileCheck %s --check-prefix=REPRODUCER < %t.reproducer.mlir

// UNKNOWN: error: cannot read the pipeline: {{.*}}'fuse-everything' does not refer to a registered pass
// FAILED: error: expects a function 'decode' with a body
// FAILED: error: pass 'fuse-vocabulary-search' failed
// FAILED: note: it fails on {{.*}} (transept.linear)
// FAILED: note: 1 of 2 ops show it; replay: transept-opt --pass-pipeline="builtin.module(verify-by-running{seed=1 pipeline='fuse-vocabulary-search'})" {{.*}}.reproducer.mlir
// REPRODUCER: // Shows what is wrong with the pass 'fuse-vocabulary-search'
// REPRODUCER: transept.linear

// The pass has run, and its result is the module's.
// CHECK-NOT: transept.activation
// CHECK: transept.linear {{.*}} activation relu
!rows = !transept.rows<source x 4 x f32>
func.func @forward(%x: !rows) -> !rows {
  %w = transept.parameter "w" : tensor<4x4xf32>
  %y = transept.linear %x, %w : (!rows, tensor<4x4xf32>) -> !rows
  %z = transept.activation relu %y : !rows loc("activated")
  return %z : !rows
}

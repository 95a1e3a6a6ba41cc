// RUN: transept-opt %s --pass-pipeline='builtin.module(emit-kernels{cpu=x86-64-v3},canonicalize)' | FileCheck %s

// A worker stamps the time before its first launch and after each launch and barrier, if there is a
// place for its stamps: 3 launches and barriers have 4 stamps of 8 bytes.

// CHECK-LABEL: func.func private @stamp_time
// CHECK-SAME:    (%[[WANTED:.*]]: i1, %[[PLACE:.*]]: !llvm.ptr)
// CHECK:         scf.if %[[WANTED]] {
// CHECK-NEXT:      %[[NOW:.*]] = llvm.call_intrinsic "llvm.readcyclecounter"
// CHECK-NEXT:      llvm.store %[[NOW]], %[[PLACE]]

// CHECK-LABEL: func.func @transept_program_encode
// CHECK-SAME:    (%[[INVOCATION:.*]]: !llvm.ptr, %[[WORKER:.*]]: i32,
// CHECK:         %[[STAMP_BYTES:.*]] = arith.constant 32 : i64
// CHECK:         %[[FIELD:.*]] = llvm.getelementptr %[[INVOCATION]][272]
// CHECK:         %[[TIMES:.*]] = llvm.load %[[FIELD]]
// CHECK:         %[[MEASURED:.*]] = llvm.icmp "ne" %[[TIMES]]
// CHECK:         %[[BEGIN:.*]] = arith.muli %{{.*}}, %[[STAMP_BYTES]] : i64
// CHECK:         %[[OWN:.*]] = llvm.getelementptr %[[TIMES]][%[[BEGIN]]]
// CHECK-NOT:     scf.if
// CHECK:         call @stamp_time(%[[MEASURED]], %[[OWN]])
// CHECK:         call @encode.features
// CHECK-NEXT:    %[[FIRST:.*]] = llvm.getelementptr %[[OWN]][8]
// CHECK-NEXT:    call @stamp_time(%[[MEASURED]], %[[FIRST]])
// CHECK:         llvm.call %{{.*}}(%{{.*}}, %[[WORKER]])
// CHECK-NEXT:    %[[SECOND:.*]] = llvm.getelementptr %[[OWN]][16]
// CHECK-NEXT:    call @stamp_time(%[[MEASURED]], %[[SECOND]])
// CHECK:         call @encode.states
// CHECK-NEXT:    %[[THIRD:.*]] = llvm.getelementptr %[[OWN]][24]
// CHECK-NEXT:    call @stamp_time(%[[MEASURED]], %[[THIRD]])
// CHECK-NOT:     stamp_time
// CHECK:         return
plan.program @encode {
  %rows = plan.buffer at 0 : !plan.buffer<source x 64, stride 64>
  plan.take_features "features" into %rows : !plan.buffer<source x 64, stride 64>
  plan.barrier
  plan.emit_states "states" %rows : !plan.buffer<source x 64, stride 64>
}

// The inner loop of a full tile holds exactly its multiply-adds, and nothing goes to the stack.

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --cpu x86-64-v4 | FileCheck %s --check-prefix=AVX512
// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --cpu x86-64-v3 | FileCheck %s --check-prefix=AVX2

// The largest score of a row is found by halves of vectors, not number by number.
// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --cpu x86-64-v4 | sed -n '/^attention_/,/retq/p' > %t.attention
// RUN: FileCheck %s --check-prefix=MAXIMUM < %t.attention
// RUN: not grep vcmpunordss %t.attention
// MAXIMUM: vmaxps

// AVX512-LABEL:    tile_product_12x1x32_stride32:
// AVX512-NOT:      rsp
// AVX512:          [[LOOP:.LBB[0-9_]+]]:
// AVX512-COUNT-24: vfmadd231ps {{.*}}zmm
// AVX512-NOT:      vfmadd
// AVX512-NOT:      rsp
// AVX512:          jne [[LOOP]]
// AVX512-NOT:      rsp
// AVX512:          retq

// AVX2-LABEL:    tile_product_6x1x16_stride16:
// AVX2-NOT:      rsp
// AVX2:          [[LOOP:.LBB[0-9_]+]]:
// AVX2-COUNT-12: vfmadd231ps {{.*}}ymm
// AVX2-NOT:      vfmadd
// AVX2-NOT:      rsp
// AVX2:          jne [[LOOP]]
// AVX2-NOT:      rsp
// AVX2:          retq

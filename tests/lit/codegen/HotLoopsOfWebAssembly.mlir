// The inner loops for WebAssembly hold exactly their multiply-adds: four rows by two vectors.

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --target wasm32 --cpu relaxed-simd \
// RUN:   | sed -n '/^tile_product_4x1x8_stride8:/,/end_function/p' | sed -n '/loop/,/end_loop/p' > %t.relaxed
// RUN: FileCheck %s --check-prefix=RELAXED --implicit-check-not=relaxed_madd --implicit-check-not=f32x4 < %t.relaxed

// RELAXED:         loop
// RELAXED-COUNT-8: f32x4.relaxed_madd
// RELAXED:         end_loop

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --target wasm32 --cpu simd128 \
// RUN:   | sed -n '/^tile_product_4x1x8_stride8:/,/end_function/p' | sed -n '/loop/,/end_loop/p' > %t.simd
// RUN: FileCheck %s --check-prefix=SIMD --implicit-check-not=relaxed --implicit-check-not=f32x4.mul < %t.simd

// SIMD:         loop
// SIMD-COUNT-8: f32x4.mul
// SIMD:         end_loop

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --target wasm32 --cpu simd128 --weights int8 \
// RUN:   | sed -n '/^int8_product_4x2_words16_from192_32x16_to8:/,/end_function/p' | sed -n '/loop/,/end_loop/p' > %t.int8
// RUN: FileCheck %s --check-prefix=INT8 --implicit-check-not=i32x4.dot < %t.int8
// RUN: FileCheck %s --check-prefix=HALVES --implicit-check-not=i16x8.shr < %t.int8

// Columns become half words once, for all rows.
// INT8:          loop
// INT8-COUNT-16: i32x4.dot_i16x8_s
// INT8:          end_loop
// HALVES-COUNT-2: i16x8.shr_u

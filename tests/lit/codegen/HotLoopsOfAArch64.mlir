// The inner loops for AArch64 hold exactly their multiply-adds, and nothing in them goes to the
// stack. Each run leaves only the loop of one full tile: six rows by four vectors.

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --target aarch64-linux --cpu armv8-a \
// RUN:   | sed -n '/^tile_product_6x1x16_stride16:/,/ret$/p' | sed -n '/^\.LBB/,/b\.ne/p' > %t.f32
// RUN: FileCheck %s --check-prefix=F32 --implicit-check-not='{{\[?}}sp' --implicit-check-not=fmla < %t.f32
// RUN: FileCheck %s --check-prefix=FACTORS --implicit-check-not=ld1r < %t.f32

// The factor is a number of a vector: no load spreads one.
// F32:          LBB
// F32-COUNT-24: fmla {{.*}}.4s, v{{[0-9]+}}.s[
// F32:          b.ne
// FACTORS: b.ne

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --target aarch64-linux --cpu neoverse-n1 --weights int8 \
// RUN:   | sed -n '/^int8_product_6x4_[a-z0-9_]*_to16:/,/ret$/p' | sed -n '/^\.LBB/,/b\.ne/p' > %t.sdot
// RUN: FileCheck %s --check-prefix=SDOT --implicit-check-not='{{\[?}}sp' --implicit-check-not=dot < %t.sdot
// RUN: FileCheck %s --check-prefix=SIGNS --implicit-check-not=eor < %t.sdot

// Each vector of weights becomes signed once, for all rows.
// SDOT:          LBB
// SDOT-COUNT-24: sdot
// SDOT:          b.ne
// SIGNS-COUNT-4: eor

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --target aarch64-linux --cpu neoverse-n2 --weights int8 \
// RUN:   | sed -n '/^int8_product_6x4_[a-z0-9_]*_to16:/,/ret$/p' | sed -n '/^\.LBB/,/b\.ne/p' > %t.usdot
// RUN: FileCheck %s --check-prefix=USDOT --implicit-check-not='{{\[?}}sp' --implicit-check-not=dot --implicit-check-not=eor < %t.usdot

// USDOT:          LBB
// USDOT-COUNT-24: usdot
// USDOT:          b.ne

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --target aarch64-linux --cpu neoverse-n2 --weights bf16 \
// RUN:   | sed -n '/^bf16_product_6x4_[a-z0-9_]*_to16:/,/ret$/p' | sed -n '/^\.LBB/,/b\.ne/p' > %t.bfdot
// RUN: FileCheck %s --check-prefix=BFDOT --implicit-check-not='{{\[?}}sp' --implicit-check-not=dot < %t.bfdot

// BFDOT:          LBB
// BFDOT-COUNT-24: bfdot
// BFDOT:          b.ne

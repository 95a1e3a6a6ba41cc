// The inner loops of narrow weights hold exactly their multiply-adds and what unpacks them, and
// nothing in them goes to the stack. Each run leaves only the loop of one full tile.

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --cpu cascadelake --weights int8 \
// RUN:   | sed -n '/^int8_product_12x2_[a-z0-9_]*_to32:/,/retq/p' | sed -n '/^\.LBB/,/jne/p' > %t.int8
// RUN: FileCheck %s --check-prefix=INT8 --implicit-check-not=rsp --implicit-check-not=vpdpbusd < %t.int8

// Two vectors of weights and twelve rows.
// INT8:          LBB
// INT8-COUNT-24: vpdpbusd {{.*}}zmm
// INT8:          jne

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --cpu alderlake --weights int8 \
// RUN:   | sed -n '/^int8_product_6x2_[a-z0-9_]*_to16:/,/retq/p' | sed -n '/^\.LBB/,/jne/p' > %t.int8avx
// RUN: FileCheck %s --check-prefix=AVX --implicit-check-not=rsp --implicit-check-not=vpdpbusd < %t.int8avx

// AVX:          LBB
// AVX-COUNT-12: vpdpbusd {{.*}}ymm
// AVX:          jne

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --cpu cascadelake --weights int4 \
// RUN:   | sed -n '/^int4_product_12x1x32_[a-z0-9_]*_to32:/,/retq/p' | sed -n '/^\.LBB/,/jne/p' > %t.int4
// RUN: FileCheck %s --check-prefix=INT4 --implicit-check-not=rsp --implicit-check-not=vpdpbusd < %t.int4
// RUN: FileCheck %s --check-prefix=SHIFTS --implicit-check-not=vpsrl < %t.int4
// RUN: FileCheck %s --check-prefix=MASKS --implicit-check-not=vpand < %t.int4

// A vector holds two of bytes: each is unpacked once, for all rows.
// INT4:          LBB
// INT4-COUNT-48: vpdpbusd {{.*}}zmm
// INT4:          jne

// SHIFTS-COUNT-2: vpsrl{{[wdq]}} $4
// MASKS-COUNT-4:  vpand

// RUN: %transept compile %S/Inputs/tiny.mlir --emit asm --cpu znver4 --weights bf16 \
// RUN:   | sed -n '/^bf16_product_12x2_[a-z0-9_]*_to32:/,/retq/p' | sed -n '/^\.LBB/,/jne/p' > %t.pairs
// RUN: FileCheck %s --check-prefix=PAIRS --implicit-check-not=rsp --implicit-check-not=vdpbf16ps < %t.pairs

// PAIRS:          LBB
// PAIRS-COUNT-24: vdpbf16ps {{.*}}zmm
// PAIRS:          jne

// RUN: %transept compile %S/Inputs/deep.mlir --emit asm --cpu sapphirerapids --weights bf16 \
// RUN:   | sed -n '/^bf16_tiles_32x2_[a-z0-9_]*_to32:/,/retq/p' | sed -n '/^\.LBB/,/jne/p' > %t.bf16
// RUN: FileCheck %s --check-prefix=BF16 --implicit-check-not=rsp --implicit-check-not=tdp < %t.bf16
// RUN: FileCheck %s --check-prefix=LOADS --implicit-check-not=tileload --implicit-check-not=tilestore < %t.bf16

// Two tiles of rows and two of columns, four steps: a load for each product.
// BF16:          LBB
// BF16-COUNT-16: tdpbf16ps
// BF16:          jne

// LOADS-COUNT-16: tileloadd

// RUN: %transept compile %S/Inputs/deep.mlir --emit asm --cpu sapphirerapids --weights int8 \
// RUN:   | sed -n '/^int8_tiles_32x2_[a-z0-9_]*_to32:/,/retq/p' | sed -n '/^\.LBB/,/jne/p' > %t.tiles
// RUN: FileCheck %s --check-prefix=TILES --implicit-check-not=rsp --implicit-check-not=tdp < %t.tiles
// RUN: FileCheck %s --check-prefix=LOADS --implicit-check-not=tileload --implicit-check-not=tilestore < %t.tiles

// Signed rows by unsigned weights.
// TILES:          LBB
// TILES-COUNT-16: tdpbsud
// TILES:          jne

// Tiles are configured once a launch, not by each product.
// RUN: %transept compile %S/Inputs/deep.mlir --emit asm --cpu sapphirerapids --weights int8 > %t.assembly
// RUN: sed -n '/^int8_tiles_/,/retq/p' %t.assembly | not grep -e ldtilecfg -e tilerelease
// RUN: sed -n '/^linear_[a-z0-9_]*:/,/retq/p' %t.assembly | FileCheck %s --check-prefix=CONFIGURED --implicit-check-not=ldtilecfg --implicit-check-not=tilerelease

// CONFIGURED: ldtilecfg
// CONFIGURED: tilerelease

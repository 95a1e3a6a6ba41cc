// SPDX-License-Identifier: Apache-2.0
//
// Quantized rows, and their products with panels of int4.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_QUANTIZEDROWS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_QUANTIZEDROWS_H

#include "compiler/codegen/kernels/PackedProduct.h"

namespace transept::codegen {

/// (row of floats, prepared row): x -> round(x * 127 / largest magnitude).
mlir::func::FuncOp quantizeRow(KernelBuilder &kernel, const PackedProduct &product);

/// One product with int4.
struct HalfByteProduct {
  PackedPanels layout;
  int64_t rows = 0, panels = 1;
  int64_t panelGap = 0; // with Ahead: see prefetchOffset
  Prefetch prefetch = Prefetch::None;
  int64_t stepsPerLine = 1; // with NextPanel; a step is a word
  int64_t tileStride = 0;

  bool operator==(const HalfByteProduct &) const = default;
};

/// (prepared rows, where to prefetch, tile, its gap, panels...). The tile receives f32 sums that
/// only lack the row's scale.
mlir::func::FuncOp halfByteProduct(KernelBuilder &kernel, const PackedProduct &product,
                                   const HalfByteProduct &shape);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Quantized rows, and their products with panels of int4.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_QUANTIZEDROWS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_QUANTIZEDROWS_H

#include "compiler/codegen/kernels/PackedProduct.h"

namespace transept::codegen {

/// (row of floats, prepared row): x -> round(x * 127 / largest magnitude).
mlir::func::FuncOp quantizeRow(KernelBuilder &kernel, const PackedProduct &product);

/// (prepared rows, where to prefetch, tile, its gap, panels...) for a fixed number of rows and
/// int4. The tile receives f32 sums that only lack the row's scale. `panelGap`: see prefetchOffset.
mlir::func::FuncOp halfByteProduct(KernelBuilder &kernel, const PackedProduct &product,
                                   int64_t rows, int64_t panelCount, int64_t panelGap,
                                   Prefetch prefetch, int64_t tileStride);

} // namespace transept::codegen

#endif

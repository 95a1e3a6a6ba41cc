// SPDX-License-Identifier: Apache-2.0
//
// Kernels that pass over rows once: embedding, normalization, elementwise arithmetic, copies. Their
// operands: kernel_operands.inc.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ROWS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ROWS_H

#include "compiler/codegen/kernels/KernelOperands.h"
#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/plan/PackedPanels.h"

namespace transept::codegen {

/// Token embedding with scale and positions. Strides count floats.
struct EmbeddingShape {
  int64_t width = 0, outputStride = 0;
  double scale = 1;
  /// The table is packed in panels of tokens (PackedPanels.h), shared with the vocabulary
  /// projection; otherwise it is [token][width] floats.
  bool isTablePacked = false;
  plan::NumberType numbers = plan::NumberType::F32; // of a packed table
  int64_t panelWidth = 1;                           // likewise
  bool hasPositions = false;
  int64_t positionOffset = 0;
  /// Zeros in place of the token's numbers at position 0.
  bool isFirstZero = false;

  bool operator==(const EmbeddingShape &) const = default;
  std::string name() const;
};
Kernel<EmbeddingOperands> embeddingKernel(KernelBuilder &kernel, const EmbeddingShape &shape);

/// Position embedding on its own: row i of the output is row positions[i] + offset of the table, or
/// i + offset where rows are in order.
struct PositionShape {
  int64_t width = 0, outputStride = 0, offset = 0;
  bool isInOrder = false;

  bool operator==(const PositionShape &) const = default;
};
Kernel<PositionOperands> positionKernel(KernelBuilder &kernel, const PositionShape &shape);

/// Embeddings by a number in each row: row i of the output is that row of the table which
/// input[i, column] counts, without its fraction, at least 0 and at most the last.
struct ColumnEmbeddingShape {
  int64_t width = 0, inputStride = 0, outputStride = 0, tableRows = 0, column = 0;

  bool operator==(const ColumnEmbeddingShape &) const = default;
};
Kernel<ColumnEmbeddingOperands> columnEmbeddingKernel(KernelBuilder &kernel,
                                                      const ColumnEmbeddingShape &shape);

/// Windows of one sequence's rows: output[i, c * kernel + k] = input[i * stride + k - padding, c].
struct WindowsShape {
  int64_t width = 0, inputStride = 0, outputStride = 0;
  int64_t kernel = 1, stride = 1, padding = 0;

  bool operator==(const WindowsShape &) const = default;
};
Kernel<WindowsOperands> windowsKernel(KernelBuilder &kernel, const WindowsShape &shape);

/// Normalization on its own, where no product reads its result.
struct NormalizeShape {
  NormShape norm; // of a row, or of each of its heads
  int64_t headCount = 1;
  int64_t inputStride = 0, outputStride = 0;

  bool operator==(const NormalizeShape &) const = default;
};
Kernel<NormalizeOperands> normalizeKernel(KernelBuilder &kernel, const NormalizeShape &shape);

/// Arithmetic element by element, where nothing took it in.
using plan::ElementwiseKind;
struct ElementwiseShape {
  ElementwiseKind kind = ElementwiseKind::Add;
  int64_t width = 0;
  int64_t leftStride = 0, rightStride = 0, outputStride = 0;
  double factor = 1;
  ActivationKind activation = ActivationKind::Relu;

  bool operator==(const ElementwiseShape &) const = default;
  std::string name() const;
};
Kernel<ElementwiseOperands> elementwiseKernel(KernelBuilder &kernel, const ElementwiseShape &shape);

/// Copies rows: row i of the output is row indices[i] of the input, or row i where indices is null.
struct CopyShape {
  int64_t width = 0, inputStride = 0, outputStride = 0;

  bool operator==(const CopyShape &) const = default;
};
Kernel<CopyRowsOperands> copyRowsKernel(KernelBuilder &kernel, const CopyShape &shape);

/// Stores rows into one slot of the encoder cache entries (layouts: abi.h).
struct StoreShape {
  bool isKeys = false;
  int64_t headCount = 0, headDim = 0, inputStride = 0;
  bool toBFloats = false;

  bool operator==(const StoreShape &) const = default;
};
Kernel<StoreCacheOperands> storeCacheKernel(KernelBuilder &kernel, const StoreShape &shape);

} // namespace transept::codegen

#endif

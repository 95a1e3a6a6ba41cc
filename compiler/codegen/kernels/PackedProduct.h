// SPDX-License-Identifier: Apache-2.0
//
// The product of rows with a packed weight, for every number type and instruction set: which form
// the rows take, which registers multiply, and how sums become numbers again.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_PACKEDPRODUCT_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_PACKEDPRODUCT_H

#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/codegen/kernels/WordProduct.h"
#include "compiler/plan/PreparedRows.h"

namespace transept::codegen {

/// A product of prepared rows. Its sums are exact integers for int8; for the other types they run
/// over the inputs in order. So a row's bits depend neither on the rows beside it nor on how many
/// there are.
struct PackedProduct : PreparedRows {
  using PreparedRows::PreparedRows;

  /// The most rows of a product with `panelCount` panels side by side; 0: not offered.
  int64_t maximumRows(int64_t panelCount) const;

  /// Bytes of `rows` prepared rows with what products read or write beyond.
  int64_t preparedBytes(int64_t rows) const;
};

/// Distinguishes the names of kernels by type; empty for f32.
std::string numberSuffix(plan::NumberType type);

/// Rows to prepare: at most tileRows().
struct RowsToPrepare {
  std::optional<NormShape> norm; // they are normalized into `staging` first
  Expression rows;
  Expression input; // floats
  int64_t inputStride = 0;
  Expression gain, shift; // of the norm
  Expression staging;     // [tileRows()][stagingStride]
  Expression prepared;
};
void emitPrepareRows(KernelBuilder &kernel, const PackedProduct &product,
                     const RowsToPrepare &call);
int64_t stagingStride(int64_t depth);

/// One call of a product.
struct ProductCall {
  Prefetch prefetch = Prefetch::None;
  /// With Prefetch::NextPanel: which half of the next panel to ask for.
  Expression half;
  Expression rows;     // 1 to maximumRows(panelCount)
  Expression prepared; // of the tile's first row
  /// Panels of one product; more than one only pays for few rows, which are bound by reading. Each
  /// is read on into the one `panelGap` bytes behind its end, where the next call goes on.
  Expressions weights;
  int64_t panelGap = 0;
  ProductTile tile;
};
void emitProduct(KernelBuilder &kernel, const PackedProduct &product, const ProductCall &call);

/// Halves of a panel that Prefetch::NextPanel can ask for: 1 or 2.
int64_t prefetchParts(const PackedProduct &product);

/// What turns sums of one row into numbers; empty for types without scales.
struct RowScale {
  Expression scale, offset;
};
RowScale emitRowScale(KernelBuilder &kernel, const PackedProduct &product, Expression preparedRow);

/// The vector of numbers for the sums at `sums`, columns `column`... of the panel at `panel`.
Expression emitNumbers(KernelBuilder &kernel, const PackedProduct &product, const RowScale &row,
                       Expression sums, Expression panel, int64_t column);

} // namespace transept::codegen

#endif

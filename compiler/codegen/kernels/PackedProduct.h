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

/// Words of the depth that one call multiplies.
struct DepthRange {
  int64_t first = 0, count = 0;
};

/// One call of a product.
struct ProductCall {
  /// None: all of them. Where it does not begin at the first word, it adds to the tile.
  std::optional<DepthRange> depth = {};
  Prefetch prefetch = Prefetch::None;
  /// With Prefetch::NextPanel: which part of the next panel to ask for, of how many.
  Expression part;
  int64_t parts = 1;
  Expression rows;     // 1 to maximumRows(panelCount)
  Expression prepared; // of the tile's first row
  /// Panels of one product; more than one only pays for few rows, which are bound by reading. Each
  /// is read on into the one `panelGap` bytes behind its end, where the next call goes on.
  Expressions weights;
  int64_t panelGap = 0;
  ProductTile tile;
};
void emitProduct(KernelBuilder &kernel, const PackedProduct &product, const ProductCall &call);

/// Emits `body`, whose products are all like this one, with the registers that they need.
void withRegistersOf(KernelBuilder &kernel, const PackedProduct &product,
                     llvm::function_ref<void()> body);

/// The ranges in which many rows in tiles pass by a panel: of one, what lies in the first-level
/// cache beside the rows.
llvm::SmallVector<DepthRange> depthRanges(const PackedProduct &product);

/// In how many parts Prefetch::NextPanel can ask for a panel, in ascending order: the more tiles of
/// rows pass by it, the less each of them has to wait for. None where lines are longer than words.
llvm::SmallVector<int64_t> prefetchParts(const PackedProduct &product);

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

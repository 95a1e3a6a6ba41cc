// SPDX-License-Identifier: Apache-2.0
//
// Products of rows of 32-bit words, each of four bytes or two bf16: the form that processors with
// instructions for them multiply, in vectors or in registers of tiles.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_WORDPRODUCT_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_WORDPRODUCT_H

#include "compiler/codegen/kernels/FloatProduct.h"

namespace transept::codegen {

using targets::kTileRegisterRows;

enum class WordKind { Bytes, BFloats };

/// tile[r, c] = sum over words w of A[r, w] . W[w, c]. Bytes are signed in A and unsigned in W, and
/// summed exactly (i32); bf16 are summed in f32 over w in order. Where vectors do not multiply
/// bytes, those of A are stored as words of 16 bits (storeBytes).
struct WordProduct {
  WordKind kind = WordKind::Bytes;
  int64_t words = 0;     // in a row; for tiles a multiple of 16
  int64_t rowBytes = 0;  // from a row of A to the next
  int64_t wordBytes = 0; // from W's columns of a word to those of the next
  /// Panels of W, each with a pointer of its own; in the tile they lie side by side.
  int64_t panels = 1;
  /// Where vectors of columns begin in a panel, in bytes.
  llvm::SmallVector<int64_t> columns;
  /// Adds to the tile instead of overwriting it.
  bool accumulates = false;
  Prefetch prefetch = Prefetch::None;
  /// With NextPanel: vectors ask for a cache line in so many steps, each of a word; tiles for so
  /// many lines in a step, as far apart as what a step reads.
  int64_t stepsPerLine = 1, linesPerStep = 1;
  /// With Ahead: see prefetchOffset.
  int64_t panelBytes = 0, panelGap = 0;

  /// Rows of A pass by, while W stays in the first-level cache.
  bool streamsRows = false;

  bool operator==(const WordProduct &) const = default;

  /// Vectors of a row of the tile.
  int64_t vectors() const { return panels * int64_t(columns.size()); }
};

/// Whether tiles multiply words of this kind for up to `rows` rows, rather than vectors. Tiles of
/// bytes only pay when they are filled; sums of bf16 must not depend on the number of rows.
bool usesTilesFor(const Target &target, WordKind kind, int64_t rows);

/// The largest number of rows whose sums vectors hold beside the columns.
int64_t maximumRows(const Target &target, const WordProduct &product);

/// Emits a call for `rows` rows: 1 to 2 * kTileRegisterRows with tiles (which read and write whole
/// registers of rows), else 1 to maximumRows(...): for more there is no code. `ahead`: with
/// Prefetch::NextPanel, where the lines begin that are asked for; else null.
void emitWordProduct(KernelBuilder &kernel, const WordProduct &product, Expression rows,
                     Expression a, llvm::ArrayRef<Expression> w, Expression ahead,
                     const ProductTile &tile);

/// Stores one vector of integers (i32, -127 to 127) as bytes of A.
void storeBytes(KernelBuilder &kernel, Expression integers, Expression to);

/// The multiplication itself, for products with a loop of their own: one word of A for all
/// columns, a vector of W's words, and sums + W . A.
Expressions rowFactors(KernelBuilder &kernel, WordKind kind, Expression word);
Expressions columnFactors(KernelBuilder &kernel, WordKind kind, Expression words);
Expression multiplyAddWords(KernelBuilder &kernel, WordKind kind, Expression sums,
                            const Expressions &columns, const Expressions &row);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The register-blocked product at the heart of every other kernel.
//
// tile[r, c] = sum over k of A[k, r] * W[k, c], for up to target().tileRows() rows r and one or
// more panels of columns c. Every sum runs over k in order, from 0 or from the tile's old content,
// whatever the number of rows: a row's bits never depend on the rows beside it.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEPRODUCT_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_TILEPRODUCT_H

#include "compiler/codegen/kernels/KernelBuilder.h"

namespace transept::codegen {

/// What a product asks memory for ahead of its use.
enum class Prefetch {
  None,     // W is in cache
  Ahead,    // W comes from memory as it is used: a few KiB ahead
  NextPanel // other tiles use this panel as well: meanwhile the next, into the second-level cache
};

/// Emits where to prefetch from (into the second-level cache), for a step that begins `offset`
/// bytes into each of `panels` panels: after a panel comes the one that begins `panelGap` bytes
/// behind its end.
Expression prefetchOffset(KernelBuilder &kernel, Expression offset, int64_t panels,
                          int64_t panelBytes, int64_t panelGap);

/// How W holds its numbers; bf16 are widened in registers.
enum class ColumnForm {
  Floats,
  BFloats,    // row k of bf16
  BFloatPairs // row k / 2 of pairs of bf16, those of k and of k + 1
};

struct TileProduct {
  /// Columns of a panel: one or two vectors.
  int64_t columns = 0;
  /// Panels computed at once; more than one only pays for few rows, which are bound by reading W.
  int64_t panels = 1;
  /// Adds to the tile instead of overwriting it.
  bool accumulates = false;
  ColumnForm form = ColumnForm::Floats;
  /// With Ahead: see prefetchOffset.
  int64_t panelBytes = 0, panelGap = 0;
  Prefetch prefetch = Prefetch::None;
};

/// Where sums go: row r of panel p begins at begin + r * stride + p * gap, in numbers of 32 bits.
struct ProductTile {
  Expression begin;
  int64_t stride = 0;
  Expression gap = {}; // none: panels lie side by side
};

/// Emits a call that computes `rows` (1 to maximumRows(...)) rows.
/// a: [depth][rows] floats. w: the first row of each panel; the next begins columnStride numbers
/// (pairs of them) later. `ahead`: with Prefetch::NextPanel, where a cache line is asked for in
/// each step.
void emitTileProduct(KernelBuilder &kernel, const TileProduct &shape, Expression rows, Expression a,
                     llvm::ArrayRef<Expression> w, Expression columnStride, Expression depth,
                     const ProductTile &tile, Expression ahead = {});

/// The largest number of rows whose sums fit in the registers.
int64_t maximumRows(const Target &target, const TileProduct &shape);

/// Emits a call that interleaves `rows` rows of `input` (row r begins at input + r * stride) into
/// packed[depth][rows], the order in which products read them. `packed` needs 16 floats of slack.
void emitPackRows(KernelBuilder &kernel, Expression rows, Expression input, Expression stride,
                  Expression depth, Expression packed);

/// Emits a call that turns `count` rows of keys (row r at input + r * stride, `depth` floats each)
/// into one block [depth][TRANSEPT_KEY_BLOCK] (abi.h) of f32 or bf16; count is at most
/// TRANSEPT_KEY_BLOCK.
void emitTransposeKeys(KernelBuilder &kernel, Expression count, Expression input, Expression stride,
                       int64_t depth, Expression block, bool toBFloats = false);

} // namespace transept::codegen

#endif

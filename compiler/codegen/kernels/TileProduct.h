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

/// Bytes between the row of W in use and the one asked for; 4 KiB ahead read 20 % faster than none.
inline constexpr int64_t kPrefetchBytes = 4096;

/// What a product asks memory for ahead of its use.
enum class Prefetch {
  None,     // W is in cache
  Ahead,    // W comes from memory as it is used: a few KiB ahead
  NextPanel // other tiles use this panel as well: meanwhile the next, into the second-level cache
};

/// Emits where to prefetch from, for a step that begins `offset` bytes into each of `panelCount`
/// panels side by side: behind the end of a panel comes the one that is read after it, which is
/// not its neighbour.
Expression prefetchOffset(KernelBuilder &kernel, Expression offset, int64_t panelCount,
                          int64_t panelBytes);

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
  /// With Ahead: bytes of a panel, see prefetchOffset.
  int64_t panelBytes = 0;
  Prefetch prefetch = Prefetch::None;
};

/// Emits a call that computes `rows` (1 to maximumRows(...)) rows.
/// a: [depth][rows] floats. w: the first row of each panel; the next begins columnStride numbers
/// (pairs of them) later. tile: row r begins at tile + r * tileStride floats, its panels side by
/// side. `ahead`: with Prefetch::NextPanel, where a cache line is asked for in each step.
void emitTileProduct(KernelBuilder &kernel, const TileProduct &shape, Expression rows, Expression a,
                     llvm::ArrayRef<Expression> w, Expression columnStride, Expression depth,
                     Expression tile, int64_t tileStride, Expression ahead = {});

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

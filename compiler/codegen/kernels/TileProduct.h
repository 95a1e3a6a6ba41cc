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

struct TileProduct {
  /// Columns of a panel: one or two vectors.
  int64_t columns = 0;
  /// Panels computed at once; more than one only pays for few rows, which are bound by reading W.
  int64_t panels = 1;
  /// Adds to the tile instead of overwriting it.
  bool accumulates = false;
  Prefetch prefetch = Prefetch::None;
};

/// Emits a call that computes `rows` (1 to maximumRows(...)) rows.
/// a: [depth][rows] floats. w: row k of panel p begins at w + p * panelStride + k * columnStride.
/// tile: row r begins at tile + r * tileStride, its panels side by side. Strides count floats.
/// With Prefetch::NextPanel, of a single panel, panelStride leads from w to what is asked for: one
/// cache line for each k.
void emitTileProduct(KernelBuilder &kernel, const TileProduct &shape, Expression rows, Expression a,
                     Expression w, Expression panelStride, Expression columnStride,
                     Expression depth, Expression tile, int64_t tileStride);

/// The largest number of rows whose sums fit in the registers.
int64_t maximumRows(const Target &target, const TileProduct &shape);

/// Emits a call that interleaves `rows` rows of `input` (row r begins at input + r * stride) into
/// packed[depth][rows], the order in which products read them. `packed` needs 16 floats of slack.
void emitPackRows(KernelBuilder &kernel, Expression rows, Expression input, Expression stride,
                  Expression depth, Expression packed);

/// Emits a call that turns `count` rows of keys (row r at input + r * stride, `depth` floats each)
/// into one block [depth][TRANSEPT_KEY_BLOCK] (abi.h); count is at most TRANSEPT_KEY_BLOCK.
void emitTransposeKeys(KernelBuilder &kernel, Expression count, Expression input, Expression stride,
                       int64_t depth, Expression block);

} // namespace transept::codegen

#endif

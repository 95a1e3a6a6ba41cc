// SPDX-License-Identifier: Apache-2.0
//
// The register-blocked product of floats at the heart of every other kernel.
//
// tile[r, c] = sum over k of A[k, r] * W[k, c], for up to target().tileRows() rows r and one or
// more panels of columns c. Every sum runs over k in order, from 0 or from the tile's old content,
// whatever the number of rows: a row's bits never depend on the rows beside it.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_FLOATPRODUCT_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_FLOATPRODUCT_H

#include "compiler/codegen/kernels/KernelBuilder.h"

namespace transept::codegen {

/// What a product asks memory for ahead of its use.
enum class Prefetch {
  None,      // W is in cache
  Ahead,     // W comes from memory as it is used: a few KiB ahead
  NextPanel, // other tiles use this panel as well: meanwhile the next, into the second-level cache
  NextCall   // W comes from memory in pieces too short for that: meanwhile a later call's piece
};

/// How many bytes ahead vectors prefetch that read `panels` panels side by side.
int64_t prefetchDistance(int64_t panels);

/// Emits where to prefetch from (into the second-level cache), `distance` bytes ahead of a step
/// that begins `offset` bytes into a panel: after it comes the one that begins `panelGap` bytes
/// behind its end.
Expression prefetchOffset(KernelBuilder &kernel, Expression offset, int64_t distance,
                          int64_t panelBytes, int64_t panelGap);

/// What says so in the name of a kernel.
std::string prefetchSuffix(Prefetch prefetch, int64_t stepsPerLine);

/// Where in what follows a step of NextPanel prefetches from, in bytes.
Expression nextOffset(Expression step, int64_t stepsPerLine);

/// How W holds its numbers; bf16 are widened in registers.
enum class ColumnForm {
  Floats,
  BFloats,    // row k of bf16
  BFloatPairs // row k / 2 of pairs of bf16, those of k and of k + 1
};

struct FloatProduct {
  /// Columns of a panel: one or two vectors.
  int64_t columns = 0;
  /// Panels computed at once; more than one only pays for few rows, which are bound by reading W.
  int64_t panels = 1;
  /// Adds to the tile instead of overwriting it.
  bool accumulates = false;
  ColumnForm form = ColumnForm::Floats;
  /// With Ahead: see prefetchOffset. Without a gap both are 0, so that depths share their code.
  int64_t panelBytes = 0, panelGap = 0;
  Prefetch prefetch = Prefetch::None;
  /// With NextPanel: a cache line is asked for in so many steps.
  int64_t stepsPerLine = 1;

  bool operator==(const FloatProduct &) const = default;
};

/// Where sums go: row r of panel p begins at begin + r * stride + p * gap, in numbers of 32 bits.
struct ProductTile {
  Expression begin;
  int64_t stride = 0;
  Expression gap = {}; // none: panels lie side by side
};

/// The largest number of rows whose sums fit in the registers.
int64_t maximumRows(const Target &target, const FloatProduct &shape);

/// One call of a product.
struct FloatProductCall {
  Expression rows;      // 1 to mostRows
  int64_t mostRows = 0; // at most maximumRows(...): for more there is no code
  Expression a;         // [depth][rows] floats
  Expressions w;        // the first row of each panel
  Expression rowStride; // numbers (pairs of them) from one row of W to the next
  Expression depth;
  ProductTile tile;
  Expression ahead = {}; // NextPanel: where each step asks for a cache line
  Expressions next = {}; // NextCall: the panels of the later call, asked for in the same steps
};

/// Emits the call, or an error where the registers do not hold the sums of so many rows.
void emitFloatProduct(KernelBuilder &kernel, const FloatProduct &shape,
                      const FloatProductCall &call);

} // namespace transept::codegen

#endif

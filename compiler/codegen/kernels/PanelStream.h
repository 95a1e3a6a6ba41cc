// SPDX-License-Identifier: Apache-2.0
//
// How the panels of a packed weight pass by a block of prepared rows: in which order they are read,
// how many at once, and what memory is asked for ahead. One piece of code for linear layers and the
// vocabulary, because reading weights is what bounds both.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_PANELSTREAM_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_PANELSTREAM_H

#include "compiler/codegen/kernels/PackedProduct.h"

#include <functional>

namespace transept::codegen {

struct PanelStream {
  /// What one call of a product computes: for rows from `first` of the block on the output panel
  /// `panel` and, side by side, `outputPanels` - 1 more, `stretch` output panels behind each other.
  struct Piece {
    Expression panel, stretch;
    Expression first, rows;
    Expression prepared; // the first of the rows
    int64_t outputPanels = 1;
  };

  Expression rows;     // of the block
  Expression prepared; // the first of them
  /// Panels that one output panel has, one behind the other: gate and value when gated, else one.
  int64_t panelsPerOutput = 1;
  /// The most panels that are read side by side; a power of two.
  int64_t sideBySide = 1;
  /// The panels of an output panel.
  std::function<Expression(Expression panel, int64_t part)> panelAt;
  /// Where the sums of a piece go. Where rows pass by an output panel several times (passes()),
  /// those of all tiles lie there at the same time.
  std::function<ProductTile(const Piece &)> tileOf;
  /// Called behind each product with every output panel of its piece, whose sums are number `place`
  /// in the tile.
  std::function<void(const Piece &, Expression panel, int64_t place)> finish;
};

/// How many times many rows pass by an output panel of so many panels, with a part of it each time.
int64_t passes(const PackedProduct &product, int64_t panelsPerOutput);

/// Emits the products of all rows with the output panels from `begin` to `end`.
void emitPanelStream(KernelBuilder &kernel, const PackedProduct &product, const PanelStream &stream,
                     Expression begin, Expression end);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The order in which biases of places in a tile lie in a library (LayoutKind::TilePlaces): scores
// of one query meet adjacent numbers. Tiles at the ends of a shifted grid are cut off; those of one
// width number their rows alike, whatever their height.

#ifndef TRANSEPT_COMPILER_PLAN_TILEPLACES_H
#define TRANSEPT_COMPILER_PLAN_TILEPLACES_H

#include "dialects/Transept/Tiling.h"

#include "llvm/ADT/SmallVector.h"

namespace transept::codegen {

/// The widths of a tiling's tiles, and where the biases of each begin: [query][key] of side * width
/// rows each, one width after another.
class TilePlaces {
public:
  explicit TilePlaces(const Tiling &tiling) : side(tiling.side) {
    add(tiling.side);
    if (tiling.shift != 0) {
      add(tiling.shift);
      add(tiling.lead());
    }
  }

  struct Part {
    int64_t width, begin;
  };
  llvm::ArrayRef<Part> all() const { return parts; }
  /// Rows of a tile of this width that is not cut off below.
  int64_t rowsOf(int64_t width) const { return side * width; }
  /// Numbers of one head.
  int64_t size() const { return end; }

private:
  void add(int64_t width) {
    for (const Part &part : parts)
      if (part.width == width)
        return;
    parts.push_back({width, end});
    end += rowsOf(width) * rowsOf(width);
  }

  int64_t side, end = 0;
  llvm::SmallVector<Part, 3> parts;
};

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Grids that are cut into square tiles: how many there are, where they begin. Numbers only, for
// ops, the interpreter and the code generator alike.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_TILING_H
#define TRANSEPT_DIALECTS_TRANSEPT_TILING_H

#include <algorithm>
#include <cstdint>

namespace transept {

/// A grid of `height` lines of `width` rows in tiles of `side` lines and columns. It is filled up
/// at the end to whole tiles; `shift` lines and columns are in the first of them.
struct Tiling {
  int64_t height = 1, width = 1, side = 1, shift = 0;

  friend bool operator==(const Tiling &, const Tiling &) = default;

  int64_t rowCount() const { return height * width; }
  int64_t filledHeight() const { return filled(height); }
  int64_t filledWidth() const { return filled(width); }
  int64_t filledRowCount() const { return filledHeight() * filledWidth(); }

  /// What the first tile of each direction lacks.
  int64_t lead() const { return shift == 0 ? 0 : side - shift; }
  int64_t tilesDown() const { return tileOf(filledHeight() - 1) + 1; }
  int64_t tilesAcross() const { return tileOf(filledWidth() - 1) + 1; }
  int64_t tileCount() const { return tilesDown() * tilesAcross(); }

  /// The tile of a line or column, and the first line or column of a tile.
  int64_t tileOf(int64_t place) const { return (place + lead()) / side; }
  int64_t beginOf(int64_t tile) const { return std::max<int64_t>(0, tile * side - lead()); }
  int64_t heightOf(int64_t tile) const {
    return std::min(filledHeight(), beginOf(tile + 1)) - beginOf(tile);
  }
  int64_t widthOf(int64_t tile) const {
    return std::min(filledWidth(), beginOf(tile + 1)) - beginOf(tile);
  }

private:
  int64_t filled(int64_t size) const { return (size + side - 1) / side * side; }
};

} // namespace transept

#endif

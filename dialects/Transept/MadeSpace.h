// SPDX-License-Identifier: Apache-2.0
//
// What ops say of the spaces that they make (the interface MakesSpace), and what passes ask of all
// the spaces of a function or a program.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_MADESPACE_H
#define TRANSEPT_DIALECTS_TRANSEPT_MADESPACE_H

#include "dialects/Transept/Space.h"

#include "mlir/IR/Block.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace transept {

/// How the number of a sequence's rows changes: n rows become one for each window of `kernel` rows,
/// `stride` rows apart, with `padding` rows outside the sequence, before and behind it together;
/// then `leading` rows are put before them. Where rows are places of a grid, windows are of its
/// lines, of `lineBefore` rows each, and a window gives a line of `lineBehind` rows. A library
/// carries a table of these (transept_row_step in abi.h).
struct RowStep {
  int64_t kernel = 1, stride = 1, padding = 0, leading = 0;
  int64_t lineBefore = 1, lineBehind = 1;
  int64_t first = 0; // not 0: of n rows only the first so many have a part in it

  /// `count` rows put behind the sequence's own: as many windows of one row lie outside of it.
  static RowStep appending(int64_t count) { return {.padding = count}; }
  /// Windows of a grid of `width` columns, `padding` outside on each side. `lineBefore` is the
  /// width or, where a row is a whole line, 1.
  static RowStep overGrid(int64_t kernel, int64_t stride, int64_t padding, int64_t width,
                          int64_t lineBefore);

  bool hasWindows() const { return *this != RowStep{.leading = leading}; }
  /// The rows that `rows` rows become.
  int64_t rowsFrom(int64_t rows) const;
  /// There are at most `stride` lines before the step for each line behind it, and these rows: the
  /// rest that gives no window.
  int64_t spareRowsBefore() const;

  friend bool operator==(const RowStep &, const RowStep &) = default;
};

/// A space and how many rows it has.
struct MadeSpace {
  Space space;
  /// The space whose sequences the step changes; none where the caller of a program says how many
  /// rows there are: features and requested rows.
  std::optional<Space> from = std::nullopt;
  RowStep step = {};
  /// The rows that a sequence of `from` must have: those of a grid; 0: any number.
  int64_t rowsBefore = 0;
  /// The rows that a sequence of `from` must have at least.
  int64_t leastRowsBefore = 0;

  friend bool operator==(const MadeSpace &, const MadeSpace &) = default;
};

/// The space that `op` makes; none where it makes none.
std::optional<MadeSpace> madeSpaceOf(mlir::Operation *op);

/// The spaces that the ops of one block make, in order, each once.
class MadeSpaces {
public:
  explicit MadeSpaces(mlir::Block &block);

  /// How `space` is made; null where no op makes it.
  const MadeSpace *find(const Space &space) const;
  /// Those on the way from the rows that the caller gives to those of the source, in order.
  llvm::SmallVector<MadeSpace> onTheWay() const;
  /// Their row steps.
  llvm::SmallVector<RowStep> steps() const;
  /// How many of these row steps come before the rows of `space`, which find knows. A space beside
  /// the way, which tiles go back from, has as many as the one that it is made of.
  unsigned stepsBefore(const Space &space) const;
  /// How many rows each sequence has in `space`, where that is known; else 0.
  int64_t fixedRows(const Space &space) const;
  /// Whether the source's own rows are made of those of `space`, in one step or several.
  bool isOnTheWay(const Space &space) const;

private:
  llvm::SmallVector<MadeSpace> made;
};

} // namespace transept

#endif

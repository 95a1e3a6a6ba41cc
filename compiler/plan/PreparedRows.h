// SPDX-License-Identifier: Apache-2.0
//
// How rows lie that are prepared for products with a packed weight: which form they take and how
// many go through a panel together. A fact of their number type and the target, which the blocking
// of layers (strategy/) follows and kernels obey.

#ifndef TRANSEPT_COMPILER_PLAN_PREPAREDROWS_H
#define TRANSEPT_COMPILER_PLAN_PREPAREDROWS_H

#include "compiler/plan/PackedPanels.h"
#include "compiler/targets/Target.h"

namespace transept::codegen {

/// Rows are prepared once and then multiplied with every panel:
///   f32, bf16             [depth][rows of the tile] floats, so that one load serves a step
///   bf16 where the processor multiplies bf16: rows of bf16
///   int8, int4            rows of signed bytes (of words where bytes cannot be multiplied), row
///                         by row with a scale of its own: x = scale * integer, largest 127
struct PreparedRows {
  targets::Target target;
  PackedPanels panels;

  PreparedRows(const targets::Target &target, plan::NumberType type, int64_t depth)
      : target(target), panels{type, depth, target.panelWidth()} {}

  /// Whether rows are multiplied as words (kernels/WordProduct.h) and so lie one after another;
  /// otherwise those of a tile are interleaved.
  bool multipliesWords() const {
    return panels.type == plan::NumberType::Int8 ||
           (panels.type == plan::NumberType::BF16 && target.multipliesBFloats());
  }
  bool usesTiles() const { return target.hasTiles && multipliesWords(); }
  /// Rows that go through one panel together.
  int64_t tileRows() const {
    return usesTiles() ? 2 * targets::kTileRegisterRows : target.tileRows();
  }
  /// What weights have more than they stand for when they are multiplied.
  int64_t zeroPoint() const {
    bool areSigned =
        panels.type == plan::NumberType::Int8 && target.byteForm == targets::WordForm::SignedBytes;
    return areSigned ? 0 : panels.zeroPoint();
  }
  /// Where the scales of a quantized row begin, in bytes: f32 scale, then for int8 one i32, for
  /// int4 one per group: the sum of the row's integers (of the group) times zeroPoint().
  int64_t scaleOffset() const { return target.storedBytes() * panels.paddedDepth(); }
  /// From one row to the next, in bytes.
  int64_t rowBytes() const;
};

} // namespace transept::codegen

#endif

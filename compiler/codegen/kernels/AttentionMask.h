// SPDX-License-Identifier: Apache-2.0
//
// Which keys a tile of query rows visits, and what becomes of their scores before the softmax:
// scale, bias, masks.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONMASK_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONMASK_H

#include "compiler/codegen/kernels/Attention.h"

namespace transept::codegen {

/// What the loops know of one unit of work: one head of one group of query rows.
struct AttentionUnit {
  Expression group, head;
  Expression keyHead; // the head of keys and values that it reads
  Expression firstRow, rowCount;
  Expression firstKeyRow; // Rows, OtherRows
  Expression past;        // keys before the first query row's own position (causal only)
  Expression keyCount;    // keys of the group
  Expression container;
  Expression tileWidth; // of tiles
  /// Rows in a window: whether each row's position is greater than that of the row before. Callers
  /// may give positions of their own; as a rule they are 0, 1, ..., with gaps where rows are
  /// masked.
  Expression hasRisingPositions;
};

/// Emits whether the positions of the unit's rows rise; nothing where no bound depends on it.
Expression emitHasRisingPositions(KernelBuilder &kernel, const AttentionShape &shape,
                                  const AttentionOperands &operands, const AttentionUnit &unit);

/// The keys that a tile of query rows visits, in steps of kKeysPerStep: those from `begin`, a
/// multiple of it, to `end`. All others are hidden from all rows of the tile.
struct VisitedKeys {
  Expression begin, end;
};
VisitedKeys emitVisitedKeys(KernelBuilder &kernel, const AttentionShape &shape,
                            const AttentionUnit &unit, Expression firstInGroup, Expression rows);

/// One row's scores of the `count` keys from `key` on, room for kKeysPerStep of them.
struct StepScores {
  Expression rowInGroup, scores, key, count;
};

/// Scales, caps, biases and masks them in place; emits nothing where all keys are visible. Hidden
/// keys, and the rest of the step, get -inf.
void emitHideAndBias(KernelBuilder &kernel, const AttentionShape &shape,
                     const AttentionOperands &operands, const AttentionUnit &unit,
                     const StepScores &step);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What becomes of scores before the softmax: scale, bias, masks.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONMASK_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ATTENTIONMASK_H

#include "compiler/codegen/kernels/Attention.h"

namespace transept::codegen {

/// What the loops know of one unit of work: one head of one group of query rows.
struct AttentionUnit {
  Expression group, head;
  Expression firstRow, rowCount;
  Expression past;     // keys before the first query row's own position (causal only)
  Expression keyCount; // keys of the group
  Expression container;
};

/// Scales, biases and masks one row's scores of the `count` keys from `key` on, in place; emits
/// nothing where all keys are visible. Hidden keys, and the rest of the step, get -inf.
void emitHideAndBias(KernelBuilder &kernel, const AttentionShape &shape,
                     const AttentionOperands &operands, const AttentionUnit &unit,
                     Expression rowInGroup, Expression rowScores, Expression key, Expression count);

} // namespace transept::codegen

#endif

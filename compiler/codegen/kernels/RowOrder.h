// SPDX-License-Identifier: Apache-2.0
//
// Rows in the orders in which products read them: interleaved as the first operand, transposed in
// blocks as keys of attention.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_ROWORDER_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_ROWORDER_H

#include "compiler/codegen/kernels/KernelBuilder.h"

namespace transept::codegen {

/// Emits a call that interleaves `rows` rows of `input` (row r begins at input + r * stride) into
/// packed[depth][rows], the order in which products read them. `packed` needs 16 floats of slack.
void emitPackRows(KernelBuilder &kernel, Expression rows, Expression input, Expression stride,
                  Expression depth, Expression packed);

/// Keys to turn into one block [depth][TRANSEPT_KEY_BLOCK] (abi.h) of f32 or bf16.
struct KeysToTranspose {
  Expression count; // at most TRANSEPT_KEY_BLOCK
  Expression rows;  // row r at rows + r * stride, `depth` floats each
  Expression stride;
  int64_t depth = 0;
  Expression block;
  bool toBFloats = false;
};
void emitTransposeKeys(KernelBuilder &kernel, const KeysToTranspose &keys);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Kernels that make the rows that all others of a source look at, and put what became of them back.
// Their operands: kernel_operands.inc.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_GLOBALROWS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_GLOBALROWS_H

#include "compiler/codegen/kernels/KernelOperands.h"

namespace transept::codegen {

/// output[block] = the sum of the block's rows, in their order; the last one takes the rest.
/// Strides count floats.
struct SumBlocksShape {
  int64_t blockSize = 1, width = 0, inputStride = 0, outputStride = 0;

  bool operator==(const SumBlocksShape &) const = default;
  std::string name() const;
};
Kernel<SumBlocksOperands> sumBlocksKernel(KernelBuilder &kernel, const SumBlocksShape &shape);

/// output = input, but row replacedRows[j] is row j of the replacements.
struct ReplaceRowsShape {
  int64_t width = 0, inputStride = 0, replacementStride = 0, outputStride = 0;

  bool operator==(const ReplaceRowsShape &) const = default;
  std::string name() const;
};
Kernel<ReplaceRowsOperands> replaceRowsKernel(KernelBuilder &kernel, const ReplaceRowsShape &shape);

} // namespace transept::codegen

#endif

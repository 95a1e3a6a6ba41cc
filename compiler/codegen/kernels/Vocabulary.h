// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary projection fused with what consumes it: top-k, log-sum-exp, and whole rows of
// logits only where a caller asks.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_VOCABULARY_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_VOCABULARY_H

#include "compiler/codegen/kernels/KernelOperands.h"
#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/plan/VocabularyBlocks.h"
#include "dialects/Plan/Plan.h"

namespace transept::codegen {

struct VocabularyShape {
  int64_t depth = 0, vocabularySize = 0, inputStride = 0;
  bool hasBias = false;
  /// c: logits are c * tanh(sum / c); 0: they are the sums.
  double softCap = 0;
  std::optional<NormShape> norm;
  plan::NumberType numbers = plan::NumberType::F32; // of the weights

  bool operator==(const VocabularyShape &) const = default;
  std::string name() const;
};

/// First half: scores all tokens block by block; leaves each block's best tokens, maximum and sum
/// of exponentials in the request's memory.
Kernel<SearchBlocksOperands> searchBlocksKernel(KernelBuilder &kernel,
                                                const VocabularyShape &shape);

/// Second half, behind a barrier: merges the blocks of a vocabulary of this size, or of its shares.
Kernel<MergeBlocksOperands> mergeBlocksKernel(KernelBuilder &kernel, int64_t vocabularySize);

int64_t vocabularyScratchBytes(const VocabularyShape &shape, const Target &target);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The vocabulary projection fused with what consumes it: top-k, log-sum-exp, and whole rows of
// logits only where a caller asks.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_VOCABULARY_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_VOCABULARY_H

#include "compiler/codegen/kernels/RowMath.h"
#include "compiler/plan/VocabularyBlocks.h"
#include "dialects/Plan/Plan.h"

namespace transept::codegen {

struct VocabularyShape {
  int64_t depth = 0, vocabularySize = 0, inputStride = 0;
  bool hasBias = false;
  std::optional<NormShape> norm;
  plan::NumberType numbers = plan::NumberType::F32; // of the weights

  int64_t blockCount() const { return vocabularyBlockCount(vocabularySize); }
  std::string name() const;
};

/// What a caller wants of the requested rows; fields of the invocation (abi.h).
struct VocabularyRequest {
  Expression rowCount, logits, candidateCount, candidateIds, candidateLogits, logSumExp,
      excludedOffsets, excludedIds, excludedLogits, memory;

  Expressions asList() const;
  static VocabularyRequest fromList(llvm::ArrayRef<Expression> list);
  static llvm::SmallVector<mlir::Type> types(KernelBuilder &kernel);
};

/// First half: (input, weights, bias, gain, shift, request..., scratch, worker, worker count).
/// Scores all tokens block by block; leaves each block's best tokens, maximum and sum of
/// exponentials in the request's memory.
mlir::func::FuncOp searchBlocksKernel(KernelBuilder &kernel, const VocabularyShape &shape);

/// Second half, behind a barrier: (request..., worker, worker count). Merges the blocks.
mlir::func::FuncOp mergeBlocksKernel(KernelBuilder &kernel, const VocabularyShape &shape);

int64_t vocabularyScratchBytes(const VocabularyShape &shape, const Target &target);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Which requested rows are scored against which tokens: all against the whole vocabulary, or groups
// of rows each against a share of it, whose panels the caller has gathered.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_VOCABULARYSHARES_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_VOCABULARYSHARES_H

#include "compiler/codegen/kernels/KernelOperands.h"

namespace transept::codegen {

struct VocabularyShare {
  Expression number;       // of the group
  Expression begin, end;   // requested rows
  Expression isPart;       // not the whole vocabulary
  Expression panels, bias; // null where it is not
  Expression size;         // tokens
  Expression blockTokens, blockCount;

  /// Of the blocks that a worker takes, in turn with the others. Groups begin with different
  /// workers, since shares of few blocks would all be the first one's.
  Expression firstBlockOf(Expression worker, Expression workerCount) const {
    return (worker + number) % workerCount;
  }
};

void forEachShare(KernelBuilder &kernel, const VocabularyRequestOperands &request,
                  int64_t vocabularySize, llvm::function_ref<void(const VocabularyShare &)> body);

} // namespace transept::codegen

#endif

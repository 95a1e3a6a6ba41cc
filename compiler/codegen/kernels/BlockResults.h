// SPDX-License-Identifier: Apache-2.0
//
// What the vocabulary search leaves in a request's memory for each block of tokens, and the lists
// of the best tokens in it: the first half of the search writes them, the second merges them.

#ifndef TRANSEPT_COMPILER_CODEGEN_KERNELS_BLOCKRESULTS_H
#define TRANSEPT_COMPILER_CODEGEN_KERNELS_BLOCKRESULTS_H

#include "compiler/codegen/kernels/KernelOperands.h"

namespace transept::codegen {

/// A list of the best (id, logit) pairs in memory: `count` ids, then `count` logits, best first.
struct BestList {
  Expression ids, logits, count;
};

/// Whether candidates come in the order of their ids: then those of equal logits stand in the
/// order in which they came. Otherwise ids are compared, so that the list is the same.
enum class Arrival { ById, AnyOrder };

/// Puts (id, logit) into the list if it beats the last; of equal logits the smaller id is better.
/// Returns the new last logit.
Expression insertIntoList(KernelBuilder &kernel, const BestList &list, Expression id,
                          Expression logit, Arrival arrival);

/// Fills it with ids of -1 and logits of -inf.
void clearList(KernelBuilder &kernel, const BestList &list);

/// One block's result for one row in the request's memory: maximum, sum of exponentials, list.
struct BlockResult {
  Expression maximum, sum;
  BestList list;
};
BlockResult blockResult(KernelBuilder &kernel, const VocabularyRequestOperands &request,
                        Expression block, Expression row);

} // namespace transept::codegen

#endif

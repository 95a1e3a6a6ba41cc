// SPDX-License-Identifier: Apache-2.0
//
// How a vocabulary is divided for its search: the kernels leave results for each block, and a
// library's table says how many a caller has to make room for.

#ifndef TRANSEPT_COMPILER_PLAN_VOCABULARYBLOCKS_H
#define TRANSEPT_COMPILER_PLAN_VOCABULARYBLOCKS_H

#include "transept/abi.h"

#include <cstdint>

namespace transept::codegen {

/// Tokens per unit of work. Partial results are per block, so that neither the order of ties nor
/// the rounding of log-sum-exp depends on the workers.
constexpr int64_t kVocabularyBlock = 2048;
/// Likewise in a share of the vocabulary, which has few of them.
constexpr int64_t kShareBlock = TRANSEPT_SHARE_BLOCK;

constexpr int64_t vocabularyBlockCount(int64_t vocabularySize) {
  return (vocabularySize + kVocabularyBlock - 1) / kVocabularyBlock;
}

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What the verifiers of all op families share: one wording of messages, sizes of weights, and which
// keys belong to which queries.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_CHECKS_H
#define TRANSEPT_DIALECTS_TRANSEPT_CHECKS_H

#include "dialects/Transept/Transept.h"

namespace transept {

/// `expects <what>, but got <first> and <second>`
template <typename First, typename Second>
llvm::LogicalResult mismatch(mlir::Operation *op, const llvm::Twine &what, First first,
                             Second second) {
  return op->emitOpError("expects ") << what << ", but got " << first << " and " << second;
}

/// `expects <what>, but got <found>`
template <typename Found>
llvm::LogicalResult mismatch(mlir::Operation *op, const llvm::Twine &what, Found found) {
  return op->emitOpError("expects ") << what << ", but got " << found;
}

/// Are the keys' positions positions of the queries' own sequences?
inline bool isOwnSpace(const Space &query, const Space &key) {
  return key == query || key == query.history();
}

/// May windows of `kernel` rows begin and end so many rows outside of a sequence?
inline bool isPaddingOf(int64_t kernel, int64_t before, int64_t behind) {
  return before >= 0 && behind >= 0 && before < kernel && behind < kernel;
}

inline int64_t outputsOf(mlir::RankedTensorType weight) {
  return weight.getDimSize(0);
}
inline int64_t inputsOf(mlir::RankedTensorType weight) {
  return weight.getDimSize(1);
}

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What the verifiers of all op families share: one wording of messages, and the relations between
// sequence spaces.

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

/// `space` with what is derived from it appended: derivedSpace("target", "history").
std::string derivedSpace(llvm::StringRef space, llvm::StringRef what);

/// Are the keys' positions positions of the queries' own sequences?
bool isOwnSpace(llvm::StringRef query, llvm::StringRef key);

inline int64_t outputsOf(mlir::RankedTensorType weight) {
  return weight.getDimSize(0);
}
inline int64_t inputsOf(mlir::RankedTensorType weight) {
  return weight.getDimSize(1);
}

} // namespace transept

#endif

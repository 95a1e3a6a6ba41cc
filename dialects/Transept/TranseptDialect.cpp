// SPDX-License-Identifier: Apache-2.0
//
// Registers the dialect's types, attributes and ops.

#include "dialects/Transept/Transept.h"

#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace transept;

namespace transept::detail {

/// Whether the packed weight's bytes can be counted, and there are any.
static bool isSizeOfWeight(mlir::Type type) {
  constexpr int64_t kMaximumNumbers = int64_t(1) << 40;
  int64_t numbers = 1;
  for (int64_t size : llvm::cast<mlir::RankedTensorType>(type).getShape())
    if (size < 1 || size > INT32_MAX || llvm::MulOverflow(numbers, size, numbers))
      return false;
  return numbers <= kMaximumNumbers;
}

} // namespace transept::detail

#include "dialects/Transept/TranseptDialect.cpp.inc"
#include "dialects/Transept/TranseptInterfaces.cpp.inc"

void TranseptDialect::initialize() {
  registerTypes();
  registerAttributes();
  addOperations<
#define GET_OP_LIST
#include "dialects/Transept/TranseptOps.cpp.inc"
      >();
}

#define GET_OP_CLASSES
#include "dialects/Transept/TranseptOps.cpp.inc"

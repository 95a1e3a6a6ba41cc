// SPDX-License-Identifier: Apache-2.0
//
// How every architecture calls instructions that only LLVM's intrinsics name.

#ifndef TRANSEPT_COMPILER_TARGETS_INTRINSICS_H
#define TRANSEPT_COMPILER_TARGETS_INTRINSICS_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace transept::targets {

/// The one result of `intrinsic`, such as "llvm.wasm.dot".
inline mlir::Value call(mlir::ImplicitLocOpBuilder &builder, mlir::StringRef intrinsic,
                        mlir::Type result, mlir::ValueRange operands) {
  return mlir::LLVM::CallIntrinsicOp::create(builder, result, builder.getStringAttr(intrinsic),
                                             operands)
      ->getResult(0);
}

} // namespace transept::targets

#endif

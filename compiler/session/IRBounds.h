// SPDX-License-Identifier: Apache-2.0
//
// What textual IR may ask for at most. MLIR's parser and what walks expressions call themselves for
// each level, so that a hostile text would end the program for want of stack.

#ifndef TRANSEPT_COMPILER_SESSION_IRBOUNDS_H
#define TRANSEPT_COMPILER_SESSION_IRBOUNDS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/StringRef.h"

namespace transept::session {

/// Fails with an error at the place in `text`, the content of the file `path`, where brackets are
/// nested too deeply.
llvm::LogicalResult checkNesting(llvm::StringRef text, llvm::StringRef path,
                                 mlir::MLIRContext &context);

/// Fails with an error at the op where what is computed at compile time, a weight or a mask, takes
/// too many steps. A value that is used twice counts twice, as it is computed.
llvm::LogicalResult checkExpressions(mlir::ModuleOp module);

} // namespace transept::session

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Textual IR with the names that its author gave to values: MLIR forgets them, but dumps, kernels
// and profiles are easier to read with them.

#ifndef TRANSEPT_COMPILER_SESSION_READIR_H
#define TRANSEPT_COMPILER_SESSION_READIR_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <string>

namespace transept::session {

/// The module in a file. An op without a named location gets the name of its first result as one:
/// `%query = ...` becomes "query". Null, with an error emitted to `context`, if the file cannot be
/// read or parsed.
mlir::OwningOpRef<mlir::ModuleOp> readIR(const std::string &path, mlir::MLIRContext &context);

} // namespace transept::session

#endif

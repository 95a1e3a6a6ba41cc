// SPDX-License-Identifier: Apache-2.0
//
// Debug information that leads from machine code to the operation of the plan it was made from, for
// perf, debuggers and addr2line.

#ifndef TRANSEPT_COMPILER_EMIT_LINK_LINETABLES_H
#define TRANSEPT_COMPILER_EMIT_LINK_LINETABLES_H

#include "base/OutputFile.h"

#include "mlir/IR/BuiltinOps.h"

namespace transept::emit {

/// Writes a module in the plan stage to a file and makes the lines of that text, under the file's
/// final name, the locations of its operations. Throws InputError if the file cannot be written.
void locateInFile(mlir::ModuleOp plan, OutputFile &file);

/// Gives every function of a module in the LLVM stage what line tables need; its locations are
/// those of the plan. Throws InputError if that fails.
void addLineTables(mlir::ModuleOp module);

} // namespace transept::emit

#endif

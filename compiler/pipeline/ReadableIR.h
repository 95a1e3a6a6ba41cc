// SPDX-License-Identifier: Apache-2.0
//
// How IR is printed for people: short names for the types that it repeats on every line, values
// under the names of what they are.

#ifndef TRANSEPT_COMPILER_PIPELINE_READABLEIR_H
#define TRANSEPT_COMPILER_PIPELINE_READABLEIR_H

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OperationSupport.h"

namespace transept {

/// From now on, modules of `context` print `!source_512` for `!transept.rows<source x 512 x f32>`,
/// `!buffer_source_512_of_1536` for a plan buffer of 512 columns in rows of 1536, and so on, with
/// the meaning of each name at the top. Loads both dialects. The text parses again anywhere.
void useShortTypeNames(mlir::MLIRContext &context);

/// Prints values under the names of what they are, e.g. %cross_attention.query.
mlir::OpPrintingFlags readableIR();

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Writes down the mathematical model that a description describes, as one function of unfused ops.

#ifndef TRANSEPT_COMPILER_FRONTEND_BUILDER_MODELBUILDER_H
#define TRANSEPT_COMPILER_FRONTEND_BUILDER_MODELBUILDER_H

#include "compiler/frontend/description/Description.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace transept::frontend {

/// A module of one function `forward(source_ids, target_ids) -> (logits for every target position,
/// encoder states)`. Locations name the node of the description that an op comes from
/// ("decoder.layers.0.cross_attention.query"). Null, with an error emitted to `context`, if the
/// description describes no model (widths that do not match, positions without a table).
/// Loads the dialects that it needs.
mlir::OwningOpRef<mlir::ModuleOp> buildModel(const Description &description,
                                             mlir::MLIRContext &context);

} // namespace transept::frontend

#endif

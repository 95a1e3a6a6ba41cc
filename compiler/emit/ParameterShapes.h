// SPDX-License-Identifier: Apache-2.0
//
// Compares what a module asks of a checkpoint with the shapes that are stored there: a tensor of
// another shape with as many numbers would give wrong ones.

#ifndef TRANSEPT_COMPILER_EMIT_PARAMETERSHAPES_H
#define TRANSEPT_COMPILER_EMIT_PARAMETERSHAPES_H

#include "checkpoints/Checkpoint.h"
#include "compiler/emit/weights/WeightEvaluator.h"

#include "mlir/IR/BuiltinOps.h"

namespace transept::emit {

/// Throws InputError, naming both shapes, unless `rows` can be read from the stored tensor.
void checkParameter(const ParameterRows &rows, const checkpoints::TensorInfo &stored);

/// The same for every parameter of a module. Throws InputError for a tensor that is not there, too.
void checkParameters(mlir::ModuleOp module, const checkpoints::Checkpoint &checkpoint);

} // namespace transept::emit

#endif

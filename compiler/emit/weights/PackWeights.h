// SPDX-License-Identifier: Apache-2.0
//
// Brings each plan.weight into the order in which its kernel reads it.

#ifndef TRANSEPT_COMPILER_EMIT_WEIGHTS_PACKWEIGHTS_H
#define TRANSEPT_COMPILER_EMIT_WEIGHTS_PACKWEIGHTS_H

#include "compiler/emit/weights/InputMoments.h"
#include "compiler/emit/weights/WeightEvaluator.h"
#include "dialects/Plan/Plan.h"

#include "mlir/IR/BuiltinOps.h"

namespace transept::emit {

/// Receives `count` floats that belong at `offset` bytes of the packed weights; pieces of a weight
/// come in rising order.
using WeightSink = std::function<void(int64_t offset, const void *bytes, int64_t count)>;

/// What a weight is computed from: the text of its expression, with values numbered in its order.
std::string weightExpression(plan::WeightOp weight);

/// Packs all weights of the module (plan stage or later, offsets assigned). Those of `calibration`
/// that are quantized are rounded for the inputs that it saw. Exceptions of reader and sink pass
/// through.
void packWeights(mlir::ModuleOp module, const ParameterReader &reader,
                 const Calibration &calibration, const WeightSink &sink);

/// Bytes of all packed weights, filled up to whole pages.
int64_t packedWeightsSize(mlir::ModuleOp module);

} // namespace transept::emit

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Runs a model by the reference interpreter and keeps every value: what its library is compared
// with.

#ifndef TRANSEPT_COMPILER_DRIVER_INTERPRETEDRUN_H
#define TRANSEPT_COMPILER_DRIVER_INTERPRETEDRUN_H

#include "compiler/driver/LibraryVerification.h"
#include "compiler/emit/WeightEvaluator.h"

#include "mlir/IR/BuiltinOps.h"

namespace transept::driver {

/// Random ragged sources and targets, and what `module`, which is in the graph dialect, makes of
/// them with the checkpoint's weights. A model whose sources all have `featureCount` rows of
/// features gets one such source; 0 is any number. Throws std::runtime_error where it cannot run.
ReferenceRun interpretedRun(mlir::ModuleOp module, const emit::ParameterReader &parameters,
                            int64_t featureCount);

} // namespace transept::driver

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Runs a model by the reference interpreter and keeps every value: what its library is compared
// with.

#ifndef TRANSEPT_COMPILER_SESSION_INTERPRETEDRUN_H
#define TRANSEPT_COMPILER_SESSION_INTERPRETEDRUN_H

#include "compiler/emit/weights/WeightEvaluator.h"
#include "workbench/trace/LibraryVerification.h"

#include "mlir/IR/BuiltinOps.h"

namespace transept::session {

/// Random ragged sources and targets, and what `module`, which is in the graph dialect, makes of
/// them with the checkpoint's weights. A model whose sources all have `featureCount` rows of
/// features gets one such source; 0 is any number. Throws InputError where it cannot run.
workbench::ReferenceRun interpretedRun(mlir::ModuleOp module,
                                       const emit::ParameterReader &parameters,
                                       int64_t featureCount);

} // namespace transept::session

#endif

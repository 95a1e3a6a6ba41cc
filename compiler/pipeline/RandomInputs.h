// SPDX-License-Identifier: Apache-2.0
//
// Inputs for running a model of which nothing is known but its module.

#ifndef TRANSEPT_COMPILER_PIPELINE_RANDOMINPUTS_H
#define TRANSEPT_COMPILER_PIPELINE_RANDOMINPUTS_H

#include "dialects/Transept/interpreter/RunModel.h"
#include "mlir/IR/BuiltinOps.h"

#include <utility>

namespace transept {

/// Random token ids for `module`, ragged, within its vocabularies and positions; first the
/// sources, then the targets.
std::pair<Sequences, Sequences> randomSequences(mlir::ModuleOp module, uint64_t seed);

} // namespace transept

#endif

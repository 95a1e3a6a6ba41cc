// SPDX-License-Identifier: Apache-2.0
//
// Whoever wants to see what an interpreter computes on the way.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_VALUEOBSERVER_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_VALUEOBSERVER_H

#include "dialects/Transept/interpreter/Batch.h"
#include "dialects/Transept/interpreter/Values.h"

#include "mlir/IR/Value.h"

#include <functional>

namespace transept {

/// Called with each result of an op after it has run; `batch` says how rows divide into sequences.
using ValueObserver =
    std::function<void(mlir::Value value, const InterpreterValue &computed, const Batch &batch)>;

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Runs a whole model in any of its forms, so that what a pass did to it can be checked by running
// it before and after.

#ifndef TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_RUNMODEL_H
#define TRANSEPT_DIALECTS_TRANSEPT_INTERPRETER_RUNMODEL_H

#include "dialects/Transept/Space.h"
#include "dialects/Transept/interpreter/Parameters.h"
#include "dialects/Transept/interpreter/Tensor.h"
#include "dialects/Transept/interpreter/ValueObserver.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ArrayRef.h"

#include <map>
#include <optional>
#include <vector>

namespace transept {

/// Token ids of each sequence.
using Sequences = std::vector<std::vector<int32_t>>;

/// What the module returns of rows, candidates or attention weights.
struct ModelResult {
  bool isOfSource = false;
  bool isAttention = false;
  /// For each sequence [rows, width], or attention weights [heads, queries, keys].
  std::vector<Tensor> sequences;
};

struct ModelOutputs {
  /// All results: those of the source, then those of the target, each in the order of the module.
  std::vector<ModelResult> results;
  Tensor logits;                       // [target rows, vocabulary size], or the target's states
  std::optional<Tensor> encoderStates; // [source rows, hidden size], where the module returns them
  std::vector<double> attention;       // all attention weights that the module returns
};

/// Rows of features made of ids: numbers in [-1, 1) that depend on id, column and `variant` alone,
/// and that f32 holds exactly.
Tensor featureRows(llvm::ArrayRef<int32_t> ids, int64_t width, int64_t variant = 0);

/// The same for one sequence of an argument of a function, whose columns that count rows of a table
/// count such.
Tensor featureRows(mlir::BlockArgument argument, llvm::ArrayRef<int32_t> ids, int64_t variant = 0);

/// How many rows sources of these lengths have in each space of `function`, behind the ops that
/// change their number.
std::map<Space, std::vector<int64_t>> sourceLengths(mlir::func::FuncOp function,
                                                    llvm::ArrayRef<int64_t> lengths);

/// Runs `module` on pairs of a source and a target. A module has one of two forms:
/// - `forward(source, target) -> (logits, encoder states)`, in any order;
/// - `encode(source) -> (encoder states, encoder caches...)` and
///   `decode(target, encoder caches..., self caches...) -> logits or candidates`, the caches in
///   one order. If decode has self caches, it is called three times per sequence: on some rows, on
///   one row, on the rest, each sequence divided in its own way; without, on all rows at once.
/// Of the source the first row of each sequence is requested.
/// A side may have several arguments. One that is rows of features gets a random row for each id,
/// another one in each argument.
/// Fails with an error in the module if it has another form or an op cannot run. `observer` sees
/// the values of ops on the way, in each call of a function.
llvm::FailureOr<ModelOutputs> runModel(mlir::ModuleOp module, ParameterSource parameters,
                                       const Sequences &sources, const Sequences &targets,
                                       ValueObserver observer = {});

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Finds the smallest part of a model on which a pass goes wrong: what a person who repairs the pass
// wants to look at. That passes may change values on the way (a scale moves into the queries) is
// why no value of the whole model proves anything; a pass that changes what a part computes is
// wrong, whatever the part.

#ifndef TRANSEPT_COMPILER_PIPELINE_REDUCEMODULE_H
#define TRANSEPT_COMPILER_PIPELINE_REDUCEMODULE_H

#include "compiler/pipeline/OutputDifference.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/Pass.h"

#include <optional>
#include <string>

namespace transept {

/// What is wrong with a pass on one module.
struct PassFault {
  /// It changed a result; or it failed, or left a module that cannot run, with this error.
  std::optional<OutputDifference> difference;
  std::string error;
};

/// The smallest module found on which a pass goes wrong in the same way as on the whole one.
struct ReducedFault {
  PassFault fault;
  /// The module before the pass.
  mlir::OwningOpRef<mlir::ModuleOp> module;
  /// The op of the whole module whose value differs; the last one if the pass fails. Null if the
  /// fault shows in the whole module only.
  mlir::Operation *culprit = nullptr;
  size_t opCount = 0, wholeOpCount = 0;
};

struct ReductionOptions {
  uint64_t seed = 1;
  double tolerance = 1e-9;
};

/// A new instance of `pass` with its options.
std::unique_ptr<mlir::Pass> copyOf(const mlir::Pass &pass);

/// What `pass` does wrong on a copy of `module`; none if all is well, or if `module` itself is
/// invalid or cannot run. Errors on the way go nowhere.
std::optional<PassFault> findFault(mlir::ModuleOp module, const mlir::Pass &pass,
                                   const ReductionOptions &options);

/// Reduces `module`, the whole model before `pass`. None if a new instance of the pass makes no
/// fault.
std::optional<ReducedFault> reduceFault(mlir::ModuleOp module, const mlir::Pass &pass,
                                        const ReductionOptions &options);

} // namespace transept

#endif

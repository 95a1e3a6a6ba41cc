// SPDX-License-Identifier: Apache-2.0
//
// Passes with a fault: what a real pass does, and then one thing wrong, at an op that is known.
// Whoever claims to find faults is tested with them.

#ifndef TRANSEPT_TESTS_UNIT_COMPILER_PIPELINE_FAULTYPASSES_H
#define TRANSEPT_TESTS_UNIT_COMPILER_PIPELINE_FAULTYPASSES_H

#include "compiler/frontend/description/Description.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <functional>
#include <string>
#include <vector>

namespace transept {

struct Fault {
  /// The faulty pass's own argument, and as the name of the test in capitals.
  std::string argument;
  /// The pass that it does first, in whose place it stands.
  std::string pass;
  frontend::Description (*model)();
  /// Changes nothing where the op that it spoils is missing.
  std::function<void(mlir::ModuleOp)> spoil;
  /// The op before the pass whose value differs, and its kind.
  std::string culprit, kind;
  /// How many ops one needs at most to show the fault.
  size_t opCount;
};

/// All of them.
const std::vector<Fault> &faults();

/// Does what the pass does, then what is wrong.
struct FaultyPass : mlir::PassWrapper<FaultyPass, mlir::OperationPass<mlir::ModuleOp>> {
  MLIR_DEFINE_EXPLICIT_INTERNAL_INLINE_TYPE_ID(FaultyPass)

  explicit FaultyPass(const Fault &fault) : fault(fault) {}
  llvm::StringRef getArgument() const override { return fault.argument; }
  void runOnOperation() override;

private:
  Fault fault;
};

/// Registers a FaultyPass for each fault, and the passes that they stand for.
void registerFaultyPasses();

} // namespace transept

#endif

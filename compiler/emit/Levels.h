// SPDX-License-Identifier: Apache-2.0
//
// A library holds a model's code once for each of several levels of instructions, and each weight
// once for all levels that read it in the same order.

#ifndef TRANSEPT_COMPILER_EMIT_LEVELS_H
#define TRANSEPT_COMPILER_EMIT_LEVELS_H

#include "compiler/targets/Target.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/ArrayRef.h"

#include <string>
#include <vector>

namespace transept::emit {

/// One level: its name as `--cpu` gives it, and the model in the LLVM stage for it, with its plan's
/// programs and weights still in the module.
struct Level {
  std::string name;
  targets::Target target;
  mlir::ModuleOp module;
};

/// The levels of a list such as "x86-64-v3,x86-64-v4", without modules, those that need least
/// first. No names mean this machine, or, where `target` (as `--target` has it, by default this
/// machine's) is another architecture, all levels that it has. Throws InputError for a name that is
/// unknown, given twice or of another architecture, and for two that mean the same code.
std::vector<Level> levelsOf(const std::string &names, const std::string &target = "");

/// Gives the weights of several modules (plan stage, offsets assigned for each module alone) places
/// among each other: those with equal expression and layout get one place.
void shareWeights(llvm::ArrayRef<mlir::ModuleOp> modules);

/// A module of all the plan.weight ops that the levels read, each place once.
mlir::OwningOpRef<mlir::ModuleOp> weightsOf(llvm::ArrayRef<Level> levels);

} // namespace transept::emit

#endif

// SPDX-License-Identifier: Apache-2.0
//
// `--verify-passes`: runs the model before the first pass and after every pass, and names the pass
// whose result differs. A wrong rewrite is found where it happened, not in a wrong translation.

#ifndef TRANSEPT_COMPILER_PIPELINE_PASSVERIFICATION_H
#define TRANSEPT_COMPILER_PIPELINE_PASSVERIFICATION_H

#include "dialects/Transept/interpreter/RunModel.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

#include <optional>

namespace transept {

struct PassVerificationOptions {
  /// The checkpoint's values; random ones if empty.
  ParameterSource parameters = {};
  /// Of token ids, and of parameters unless given.
  uint64_t seed = 1;
  /// Largest difference allowed, relative to the largest magnitude in the expected tensor. The
  /// interpreter folds weights and runs in double precision, so what remains is rounding at 1e-16,
  /// amplified by the model.
  double tolerance = 1e-9;
  /// Where to report the difference after each pass; null for nowhere.
  llvm::raw_ostream *report = nullptr;
};

/// Checks every pass over a module as long as the module is in the graph dialect. An error at the
/// module names the first pass that changed the result.
class PassVerification : public mlir::PassInstrumentation {
public:
  explicit PassVerification(PassVerificationOptions options);

  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;

  bool hasFailed() const { return failed; }

private:
  void compare(mlir::Pass *pass, mlir::ModuleOp module, llvm::StringRef what,
               const Tensor &expected, const Tensor &actual);

  PassVerificationOptions options;
  Sequences sources, targets;
  std::optional<ModelOutputs> expected;
  bool failed = false;
};

/// Runs `manager` on `module` with a PassVerification; fails if a pass fails or changes the result.
llvm::LogicalResult runVerified(mlir::PassManager &manager, mlir::ModuleOp module,
                                PassVerificationOptions options = {});

/// Does every op of `module` belong to the graph dialect (or hold it together)?
bool isInGraphDialect(mlir::ModuleOp module);

/// Random token ids for `module`, ragged, within its vocabularies and positions; first the
/// sources, then the targets.
std::pair<Sequences, Sequences> randomSequences(mlir::ModuleOp module, uint64_t seed);

} // namespace transept

#endif

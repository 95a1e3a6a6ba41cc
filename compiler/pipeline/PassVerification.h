// SPDX-License-Identifier: Apache-2.0
//
// `--verify-passes`: runs the model before the first pass and after every pass, and names the pass
// whose result differs, the op and the element, with a small module that shows it. A wrong rewrite
// is found where it happened, not in a wrong translation.

#ifndef TRANSEPT_COMPILER_PIPELINE_PASSVERIFICATION_H
#define TRANSEPT_COMPILER_PIPELINE_PASSVERIFICATION_H

#include "dialects/Transept/interpreter/RunModel.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassInstrumentation.h"
#include "mlir/Pass/PassManager.h"

#include <optional>

namespace transept {

struct PassVerificationOptions {
  /// Of token ids and parameters.
  uint64_t seed = 1;
  /// Largest difference allowed, relative to the largest magnitude in the expected tensor. The
  /// interpreter folds weights and runs in double precision, so what remains is rounding at 1e-16,
  /// amplified by the model.
  double tolerance = 1e-9;
  /// Where to report the difference after each pass; null for nowhere.
  llvm::raw_ostream *report = nullptr;
  /// The file for the small module that shows what is wrong; none is written if empty.
  std::string reproducer = {};
};

/// Checks every pass over a module as long as the module is in the graph dialect. An error at the
/// module names the first pass that changed the result, and the op at which it did.
class PassVerification : public mlir::PassInstrumentation {
public:
  explicit PassVerification(PassVerificationOptions options);

  void runBeforePass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPass(mlir::Pass *pass, mlir::Operation *op) override;
  void runAfterPassFailed(mlir::Pass *pass, mlir::Operation *op) override;

  bool hasFailed() const { return failed; }

private:
  /// Reports how far one kind of output differs; emits the error if that is too far.
  void compare(mlir::Pass *pass, mlir::ModuleOp module, llvm::StringRef what,
               const ModelResult &expected, const ModelResult &found);
  /// Emits the one error about `pass`, with what reducing the module before it tells.
  void fail(mlir::Pass *pass, mlir::ModuleOp module, const std::string &what);

  PassVerificationOptions options;
  Sequences sources, targets;
  std::optional<ModelOutputs> expected;
  /// The module before the pass that runs.
  mlir::OwningOpRef<mlir::ModuleOp> before;
  bool failed = false;
};

/// Runs `manager` on `module` with a PassVerification; fails if a pass fails or changes the result.
llvm::LogicalResult runVerified(mlir::PassManager &manager, mlir::ModuleOp module,
                                PassVerificationOptions options = {});

/// Does every op of `module` belong to the graph dialect (or hold it together)?
bool isInGraphDialect(mlir::ModuleOp module);

} // namespace transept

#endif

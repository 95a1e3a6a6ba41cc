// SPDX-License-Identifier: Apache-2.0
//
// Running a model before and after passes, and comparing.

#include "compiler/pipeline/PassVerification.h"

#include "compiler/pipeline/OutputDifference.h"
#include "compiler/pipeline/RandomInputs.h"
#include "compiler/pipeline/ReduceModule.h"
#include "compiler/pipeline/Reproducer.h"
#include "compiler/transforms/Functions.h"
#include "dialects/Transept/Lineage.h"
#include "dialects/Transept/Transept.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/Pass/Pass.h"
#include "llvm/Support/Format.h"

namespace transept {

using namespace mlir;

bool isInGraphDialect(ModuleOp module) {
  WalkResult result = module.walk([&](Operation *op) {
    bool belongs = isa<TranseptDialect, func::FuncDialect, BuiltinDialect>(op->getDialect());
    return belongs ? WalkResult::advance() : WalkResult::interrupt();
  });
  return !result.wasInterrupted();
}

namespace {

StringRef describe(const ModelResult &result) {
  if (result.isAttention)
    return "attention weights";
  return result.isOfSource ? "encoder states" : "logits";
}

std::string describe(const ReducedFault &fault) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  if (!fault.culprit)
    return "no part of the model shows this by itself";
  stream << (fault.fault.difference ? "the first op that leaves tolerance is " : "it fails on ");
  if (StringRef name = nameOf(fault.culprit->getLoc()); !name.empty())
    stream << "'" << name << "' ";
  else
    stream << fault.culprit->getLoc() << " ";
  stream << "(" << fault.culprit->getName() << ")";
  if (!fault.fault.difference)
    return text;
  const OutputDifference &difference = *fault.fault.difference;
  stream << ", by " << llvm::format("%.1e", difference.relative);
  if (!difference.worst)
    stream << ": another number of rows, or columns";
  else if (difference.first->describe() == difference.worst->describe())
    stream << ": in " << difference.worst->describe();
  else
    stream << ": most in " << difference.worst->describe() << "; first in "
           << difference.first->describe();
  return text;
}

} // namespace

PassVerification::PassVerification(PassVerificationOptions options) : options(std::move(options)) {}

void PassVerification::runBeforePass(Pass *, Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module || failed || !isInGraphDialect(module))
    return;
  before = module.clone();
  if (expected)
    return;
  std::tie(sources, targets) = randomSequences(module, options.seed);
  FailureOr<ModelOutputs> outputs =
      runModel(module, randomParameters(options.seed), sources, targets);
  failed = llvm::failed(outputs);
  if (!failed)
    expected = std::move(*outputs);
}

void PassVerification::runAfterPass(Pass *pass, Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module || !expected || failed || !isInGraphDialect(module))
    return;
  FailureOr<ModelOutputs> found =
      runModel(module, randomParameters(options.seed), sources, targets);
  if (llvm::failed(found))
    return fail(pass, module, "left a model that cannot run");
  for (auto [index, result] : llvm::enumerate(expected->results)) {
    bool isThere = index < found->results.size();
    compare(pass, module, describe(result), result,
            isThere ? found->results[index] : ModelResult());
  }
}

void PassVerification::runAfterPassFailed(Pass *pass, Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (module && before && !failed)
    fail(pass, module, "failed");
}

void PassVerification::compare(Pass *pass, ModuleOp module, StringRef what,
                               const ModelResult &expected, const ModelResult &found) {
  double difference = relativeDifference(expected, found);
  if (options.report)
    *options.report << pass->getArgument() << ": " << what << " differ by "
                    << llvm::format("%.1e", difference) << "\n";
  if (failed || difference <= options.tolerance)
    return;
  std::string text;
  llvm::raw_string_ostream(text) << "changed the " << what
                                 << " of the model: the largest relative difference is "
                                 << llvm::format("%.1e, allowed is %.1e", difference,
                                                 options.tolerance);
  fail(pass, module, text);
}

void PassVerification::fail(Pass *pass, ModuleOp module, const std::string &what) {
  failed = true;
  auto reduced =
      reduceFault(*before, *pass, {.seed = options.seed, .tolerance = options.tolerance});
  // Not as an error of the op, which would come with the whole module as a note.
  InFlightDiagnostic error = emitError(module.getLoc())
                             << "pass '" << pass->getArgument() << "' " << what;
  if (!reduced)
    return;
  error.attachNote() << describe(*reduced);
  if (options.reproducer.empty())
    return;
  std::string problem = writeReproducer(*reduced->module, *pass, options.seed, options.reproducer);
  if (!problem.empty())
    error.attachNote() << problem;
  else
    error.attachNote() << reduced->opCount << " of " << reduced->wholeOpCount
                       << " ops show it; replay: "
                       << replayCommand(*pass, options.seed, options.reproducer);
}

LogicalResult runVerified(PassManager &manager, ModuleOp module, PassVerificationOptions options) {
  auto verification = std::make_unique<PassVerification>(std::move(options));
  PassVerification *result = verification.get();
  manager.addInstrumentation(std::move(verification));
  if (failed(manager.run(module)))
    return failure();
  return success(!result->hasFailed());
}

} // namespace transept

// SPDX-License-Identifier: Apache-2.0
//
// Running a model before and after passes, and comparing.

#include "compiler/pipeline/PassVerification.h"

#include "dialects/Transept/Transept.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinDialect.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

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

/// What the ids of one sequence space must stay within.
struct Limits {
  int64_t vocabularySize = std::numeric_limits<int32_t>::max();
  int64_t length = std::numeric_limits<int64_t>::max();

  void restrictTokens(Value table) { vocabularySize = std::min(vocabularySize, rowsOf(table)); }
  void restrictPositions(Value table, int64_t offset) {
    length = std::min(length, rowsOf(table) - offset);
  }
  static int64_t rowsOf(Value table) {
    return cast<RankedTensorType>(table.getType()).getDimSize(0);
  }
};

llvm::StringMap<Limits> findLimits(ModuleOp module) {
  llvm::StringMap<Limits> limits;
  auto limitsOf = [&](Value ids) -> Limits & {
    return limits[cast<RowsType>(ids.getType()).getSpace()];
  };
  module.walk([&](EmbeddingOp embedding) {
    Limits &space = limitsOf(embedding.getIds());
    space.restrictTokens(embedding.getTable());
    if (Value positions = embedding.getPositions())
      space.restrictPositions(positions, embedding.getPositionOffset());
  });
  module.walk([&](PositionEmbeddingOp positions) {
    limitsOf(positions.getRows()).restrictPositions(positions.getTable(), positions.getOffset());
  });
  return limits;
}

Sequences drawSequences(const Limits &limits, ArrayRef<int64_t> lengths, std::mt19937_64 &random) {
  Sequences sequences;
  std::uniform_int_distribution<int32_t> token(0, limits.vocabularySize - 1);
  for (int64_t length : lengths) {
    auto &sequence = sequences.emplace_back(std::min(length, limits.length));
    std::generate(sequence.begin(), sequence.end(), [&] { return token(random); });
  }
  return sequences;
}

/// The largest difference relative to the largest expected magnitude; infinite if the two have
/// different shapes or something is not a number.
double relativeDifference(const Tensor &expected, const Tensor &actual) {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  if (expected.shape != actual.shape)
    return infinity;
  double magnitude = 0, difference = 0;
  for (auto [want, got] : llvm::zip_equal(expected.values, actual.values)) {
    if (!std::isfinite(want) || !std::isfinite(got))
      return infinity;
    magnitude = std::max(magnitude, std::abs(want));
    difference = std::max(difference, std::abs(want - got));
  }
  return difference == 0 ? 0 : difference / magnitude;
}

} // namespace

std::pair<Sequences, Sequences> randomSequences(ModuleOp module, uint64_t seed) {
  llvm::StringMap<Limits> limits = findLimits(module);
  std::mt19937_64 random(seed);
  // Enough rows for three calls of decode each, and sources longer and shorter than their targets.
  Sequences sources = drawSequences(limits["source"], {6, 1, 3}, random);
  Sequences targets = drawSequences(limits["target"], {4, 7, 3}, random);
  return {std::move(sources), std::move(targets)};
}

PassVerification::PassVerification(PassVerificationOptions given) : options(std::move(given)) {
  if (!options.parameters)
    options.parameters = randomParameters(options.seed);
}

void PassVerification::runBeforePass(Pass *, Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module || expected || failed || !isInGraphDialect(module))
    return;
  std::tie(sources, targets) = randomSequences(module, options.seed);
  FailureOr<ModelOutputs> outputs = runModel(module, options.parameters, sources, targets);
  failed = llvm::failed(outputs);
  if (!failed)
    expected = std::move(*outputs);
}

void PassVerification::runAfterPass(Pass *pass, Operation *op) {
  auto module = dyn_cast<ModuleOp>(op);
  if (!module || !expected || failed || !isInGraphDialect(module))
    return;
  FailureOr<ModelOutputs> actual = runModel(module, options.parameters, sources, targets);
  if (llvm::failed(actual)) {
    failed = true;
    module.emitError() << "pass '" << pass->getArgument() << "' left a model that cannot run";
    return;
  }
  compare(pass, module, "logits", expected->logits, actual->logits);
  auto asTensor = [](const std::vector<double> &numbers) {
    return Tensor({int64_t(numbers.size())}, numbers);
  };
  compare(pass, module, "attention weights", asTensor(expected->attention),
          asTensor(actual->attention));
  if (expected->encoderStates)
    compare(pass, module, "encoder states", *expected->encoderStates,
            actual->encoderStates.value_or(Tensor()));
}

void PassVerification::compare(Pass *pass, ModuleOp module, StringRef what, const Tensor &expected,
                               const Tensor &actual) {
  double difference = relativeDifference(expected, actual);
  if (options.report)
    *options.report << pass->getArgument() << ": " << what << " differ by "
                    << llvm::format("%.1e", difference) << "\n";
  if (failed || difference <= options.tolerance)
    return;
  failed = true;
  std::string text;
  llvm::raw_string_ostream(text) << llvm::format("%.1e, allowed is %.1e", difference,
                                                 options.tolerance);
  module.emitError() << "pass '" << pass->getArgument() << "' changed the " << what
                     << " of the model: the largest relative difference is " << text;
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

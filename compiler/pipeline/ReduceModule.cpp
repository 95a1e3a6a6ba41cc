// SPDX-License-Identifier: Apache-2.0
//
// Reduces by bisection first, for the end and the beginning of the part, then op by op (Zeller and
// Hildebrandt 2002, "Simplifying and isolating failure-inducing input").

#include "compiler/pipeline/ReduceModule.h"

#include "compiler/pipeline/ModuleSlice.h"
#include "compiler/pipeline/RandomInputs.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/SmallVectorExtras.h"

namespace transept {

using namespace mlir;

namespace {

/// Keeps the first error and shows none.
class SilentDiagnostics : public ScopedDiagnosticHandler {
public:
  explicit SilentDiagnostics(MLIRContext *context) : ScopedDiagnosticHandler(context) {
    setHandler([this](Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() == DiagnosticSeverity::Error && first.empty())
        first = diagnostic.str();
      return success();
    });
  }
  std::string first;
};

class Reducer {
public:
  Reducer(ModuleOp module, const Pass &pass, const ReductionOptions &options)
      : slicer(module), pass(pass), options(options) {}

  /// False if the whole model, put together anew, does not show `wanted`.
  bool reduce(const PassFault &wanted) {
    fault = wanted;
    if (!accept(slicer.keep(slicer.ops())))
      return false;
    findEnd();
    findBeginning();
    while (dropReturned() || dropOps()) {
    }
    return true;
  }

  PassFault fault;
  ModuleSlice slice;
  const ModuleSlicer slicer;

private:
  /// Goes on with `candidate` if the pass makes the same fault there.
  bool accept(const ModuleSlice &candidate) {
    if (candidate.ops.empty() || candidate.returned.empty())
      return false;
    OwningOpRef<ModuleOp> module = slicer.build(candidate);
    auto found = module ? findFault(*module, pass, options) : std::nullopt;
    if (!found || found->error != fault.error ||
        found->difference.has_value() != fault.difference.has_value())
      return false;
    fault = *found;
    slice = candidate;
    return true;
  }

  /// A value that is wrong stays wrong in what is computed from it, so the shortest beginning of
  /// the program that shows the fault ends with its first op.
  void findEnd() {
    size_t right = 0, wrong = slicer.ops().size();
    while (wrong - right > 1) {
      size_t middle = (right + wrong) / 2;
      (accept(slicer.keep(slicer.ops().take_front(middle))) ? wrong : right) = middle;
    }
  }

  void findBeginning() {
    SmallVector<Operation *> ops = slice.ops;
    size_t wrong = 0, right = ops.size();
    while (right - wrong > 1) {
      size_t middle = (right + wrong) / 2;
      (accept(slicer.keep(ArrayRef(ops).drop_front(middle))) ? wrong : right) = middle;
    }
  }

  /// Later values first: the fault is to be seen in the earliest.
  bool dropReturned() {
    bool hasDropped = false;
    for (size_t i = slice.returned.size(); i-- > 0 && slice.returned.size() > 1;) {
      SmallVector<Value> rest = slice.returned;
      rest.erase(rest.begin() + i);
      hasDropped |= accept(slicer.compute(rest, slice.ops));
    }
    return hasDropped;
  }

  /// Large pieces first, then smaller ones, down to single ops.
  bool dropOps() {
    bool hasDropped = false;
    for (size_t count = std::max<size_t>(slice.ops.size() / 2, 1); count > 0; count /= 2)
      for (size_t begin = 0; begin < slice.ops.size();) {
        if (dropRange(begin, std::min(count, slice.ops.size() - begin)))
          hasDropped = true;
        else
          begin += count;
      }
    return hasDropped;
  }

  bool dropRange(size_t begin, size_t count) {
    SmallVector<Operation *> rest = slice.ops;
    rest.erase(rest.begin() + begin, rest.begin() + begin + count);
    if (rest.empty())
      return false;
    auto remains = [&](Value value) { return llvm::is_contained(rest, value.getDefiningOp()); };
    SmallVector<Value> returned = llvm::filter_to_vector(slice.returned, remains);
    // A value returned has one more reader, which keeps some passes from touching it; so at first
    // without those that only the dropped ops read.
    if (!returned.empty() && accept(slicer.compute(returned, rest)))
      return true;
    return accept(slicer.keep(rest));
  }

  const Pass &pass;
  const ReductionOptions &options;
};

} // namespace

std::unique_ptr<Pass> copyOf(const Pass &pass) {
  // What a pass manager does when it is copied; Pass keeps it for its derived classes.
  struct Access : Pass {
    static std::unique_ptr<Pass> copy(const Pass &pass) { return (pass.*&Access::clone)(); }
  };
  return Access::copy(pass);
}

std::optional<PassFault> findFault(ModuleOp module, const Pass &pass,
                                   const ReductionOptions &options) {
  SilentDiagnostics diagnostics(module.getContext());
  auto [sources, targets] = randomSequences(module, options.seed);
  ParameterSource parameters = randomParameters(options.seed);
  if (failed(verify(module)))
    return std::nullopt;
  FailureOr<ModelOutputs> expected = runModel(module, parameters, sources, targets);
  if (failed(expected))
    return std::nullopt;

  OwningOpRef<ModuleOp> changed = module.clone();
  PassManager manager(module.getContext());
  manager.addPass(copyOf(pass));
  if (failed(manager.run(*changed)))
    return PassFault{{}, diagnostics.first};
  FailureOr<ModelOutputs> found = runModel(*changed, parameters, sources, targets);
  if (failed(found))
    return PassFault{{}, diagnostics.first};
  auto difference = findDifference(expected->results, found->results, options.tolerance);
  return difference ? std::optional(PassFault{difference, ""}) : std::nullopt;
}

std::optional<ReducedFault> reduceFault(ModuleOp module, const Pass &pass,
                                        const ReductionOptions &options) {
  std::optional<PassFault> fault = findFault(module, pass, options);
  if (!fault)
    return std::nullopt;
  Reducer reducer(module, pass, options);
  size_t wholeOpCount = reducer.slicer.ops().size();
  if (!reducer.reduce(*fault))
    return ReducedFault{*fault, module.clone(), nullptr, wholeOpCount, wholeOpCount};
  ReducedFault reduced{reducer.fault, reducer.slicer.build(reducer.slice), reducer.slice.ops.back(),
                       reducer.slice.ops.size(), wholeOpCount};
  if (const auto &difference = reducer.fault.difference) {
    SmallVector<Value> results = reducer.slicer.results(reducer.slice);
    if (difference->result < results.size())
      reduced.culprit = results[difference->result].getDefiningOp();
  }
  return reduced;
}

} // namespace transept

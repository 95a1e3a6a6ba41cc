// SPDX-License-Identifier: Apache-2.0
//
// Candidates are libraries like any other, compiled, opened and compared, but never finished.

#include "compiler/session/ChooseWeights.h"
#include "base/Error.h"

#include "compiler/emit/Levels.h"
#include "compiler/plan/strategy/WeightStrategy.h"
#include "compiler/session/TrialOptions.h"
#include "transept/levels.h"
#include "workbench/measure/AccuracyLoss.h"

#include <fmt/format.h>

namespace transept::session {

namespace {

/// The level that opening would choose on a processor that has everything. Throws
/// InputError when this machine cannot run it.
emit::Level measuredLevel(const CompileOptions &options) {
  std::vector<emit::Level> levels = emit::levelsOf(options.cpu, options.target);
  std::vector<transept_level> table;
  for (const emit::Level &level : levels)
    table.push_back({level.name.c_str(), level.target.requiredFeatures, nullptr, nullptr});
  runtime::Processor everything{~uint64_t(0), [] { return true; }};
  const transept_level *best = runtime::bestLevel(table, everything).level;
  runtime::Processor here = runtime::thisProcessor();
  if (!runtime::bestLevel({best, 1}, here).level) {
    uint64_t missing = best->required_features & ~here.features;
    throw InputError(fmt::format(
        "--weights auto measures what types lose by running the model for {}, but this machine {}; "
        "name a type (f32, bf16, int8, int4), or compile on a machine that has it",
        best->name,
        missing != 0 ? "lacks " + runtime::featureNames(missing) : "refuses its tile registers"));
  }
  return levels[size_t(best - table.data())];
}

} // namespace

WeightChoice chooseWeights(const CompileOptions &options,
                           const std::function<BuiltLibrary(const CompileOptions &)> &build) {
  if (!(options.accuracyLoss >= 0))
    throw InputError(
        fmt::format("accuracyLoss is {}, but must be 0 or more", options.accuracyLoss));
  emit::Level level = measuredLevel(options);
  CompileOptions plain = trialOptions(options);
  bool keepsLibrary = !options.hasDebugInfo && !options.verifiesPasses &&
                      options.dumpDirectory.empty() && options.report.empty() &&
                      !options.observer.remark;
  auto compile = [&](const std::string &weights) {
    plain.weights = weights;
    BuiltLibrary built = build(plain);
    plain.observer.warning = {}; // once is enough
    return built;
  };
  auto pathOf = [](BuiltLibrary &built) { return built.files.library().unfinishedPath(); };
  WeightChoice choice{.weights = "f32", .library = compile("f32"), .losses = {}};
  workbench::AccuracyLoss loss(pathOf(*choice.library), level.name, options.calibrate);
  for (llvm::StringRef candidate : codegen::weightsBySpeed(level.target)) {
    std::string weights = candidate.str();
    if (weights == "f32")
      break;
    BuiltLibrary built = compile(weights);
    choice.losses.push_back({weights, loss.of(pathOf(built)), options.accuracyLoss});
    if (options.observer.loss)
      options.observer.loss(choice.losses.back());
    if (choice.losses.back().loss <= options.accuracyLoss) {
      choice.weights = weights;
      choice.library = std::move(built);
      break;
    }
  }
  if (!keepsLibrary)
    choice.library.reset();
  return choice;
}

} // namespace transept::session

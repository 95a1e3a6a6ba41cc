// SPDX-License-Identifier: Apache-2.0
//
// One pass manager for each stage, so that what a stage leaves can be recorded.

#include "compiler/session/StageRunner.h"

#include "compiler/emit/link/LineTables.h"
#include "compiler/pipeline/PassVerification.h"
#include "compiler/story/RecordStory.h"

#include "mlir/Pass/PassManager.h"

#include <filesystem>

namespace transept::session {

using namespace mlir;

namespace {

/// Where line tables lead to; the text of the plan, of one level where there are several.
std::string planFile(const CompileOptions &options, const std::string &level) {
  return std::filesystem::path(options.output).replace_extension(level + ".plan.mlir").string();
}

/// Where a pass that changes the result of `model` is shown: beside the library, or here.
std::string reproducerFile(const CompileOptions &options, const std::string &model) {
  auto folder = std::filesystem::path(options.output).parent_path();
  return (folder / (model + ".reproducer.mlir")).string();
}

} // namespace

void StageRunner::runGraphStages(ModuleOp module, Stage last) {
  Stage reached = stageOf(module);
  record(module, reached);
  for (Stage next : {Stage::Staged, Stage::Fused}) {
    if (next <= reached || next > last)
      continue;
    run({module, reached, next, options.dumpDirectory}, pipelineOptions(), dump);
    record(module, reached = next);
  }
}

std::vector<OwningOpRef<ModuleOp>> StageRunner::runLevelStages(ModuleOp fused, Stage last,
                                                               std::vector<emit::Level> &levels) {
  std::vector<OwningOpRef<ModuleOp>> modules;
  std::vector<ModuleOp> planModules;
  std::vector<IRDumpState> dumps(levels.size(), dump);
  auto runAll = [&](Stage from, Stage to) {
    for (auto [level, levelDump] : llvm::zip(levels, dumps)) {
      // Several levels dump into folders of their own.
      std::string directory = options.dumpDirectory;
      if (!directory.empty() && levels.size() > 1)
        directory += "/" + level.name;
      run({level.module, from, to, directory}, pipelineOptions(level.name), levelDump);
    }
  };
  for (emit::Level &level : levels) {
    modules.push_back(fused.clone());
    planModules.push_back(level.module = *modules.back());
  }
  runAll(Stage::Fused, Stage::Plan);
  emit::shareWeights(planModules);
  for (const emit::Level &level : levels)
    record(level.module, Stage::Plan, level.name);
  if (options.hasDebugInfo)
    for (emit::Level &level : levels) {
      OutputFile &file = plans.emplace_back(planFile(options, levels.size() > 1 ? level.name : ""));
      emit::locateInFile(level.module, file);
    }
  if (last > Stage::Plan)
    runAll(Stage::Plan, Stage::LLVM);
  for (const emit::Level &level : levels)
    record(level.module, Stage::LLVM, level.name);
  if (options.hasDebugInfo)
    for (emit::Level &level : levels)
      emit::addLineTables(level.module);
  return modules;
}

/// The LLVM dialect is no text that people read: of it, only what calls what is kept.
void StageRunner::record(ModuleOp module, Stage stage, const std::string &level) {
  if (!story)
    return;
  if (stage <= Stage::Plan)
    story->stages.push_back(story::recordStage(module, stage, level));
  if (stage == Stage::Plan)
    story::recordPrograms(module, level, *story);
  if (stage == Stage::LLVM)
    story::recordKernels(module, level, *story);
}

void StageRunner::run(Section section, const PipelineOptions &pipeline, IRDumpState &dump) {
  PassManager passes(section.module.getContext());
  passes.enableVerifier(true);
  if (!section.dumpDirectory.empty())
    addIRDump(passes, section.dumpDirectory, dump);
  addStages(passes, section.first, section.last, pipeline);
  // Verification by the interpreter ends where the graph dialect ends.
  bool isVerified =
      options.verifiesPasses && section.first < section.last && section.last <= Stage::Fused;
  std::string reproducer =
      reproducerFile(options, section.module.getSymName().value_or("model").str());
  if (failed(isVerified ? runVerified(passes, section.module, {.reproducer = reproducer})
                        : passes.run(section.module)))
    session.diagnostics.raise("a pass failed");
  if (!dump.failure.empty())
    throw InputError(dump.failure);
}

} // namespace transept::session

// SPDX-License-Identifier: Apache-2.0
//
// The table, and the order of the passes within each stage with the reasons for it.

#include "compiler/pipeline/Stages.h"

#include "compiler/codegen/Passes.h"
#include "compiler/plan/Passes.h"
#include "compiler/transforms/Functions.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/ADT/STLExtras.h"

namespace transept {

using namespace mlir;

/// graph -> staged.
static void addStagedPasses(OpPassManager &manager, const PipelineOptions &) {
  // Removes padding masks, which ragged rows make redundant, and what nobody reads: a dead op on
  // the target side must not keep a cache alive.
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createSplitEncodePass());
  manager.addPass(createDeriveDecodePass());
  manager.addPass(createRequestRowsPass());
  manager.addPass(createVerifyStagingPass());
}

/// staged -> fused.
static void addFusedPasses(OpPassManager &manager, const PipelineOptions &) {
  // Weights first. The scale of attention folds while queries have a linear of their own, so before
  // projections merge; gains fold after it, into one weight instead of three.
  manager.addPass(createFoldAttentionScalePass());
  manager.addPass(createFoldScalesPass());
  // Gates before other projections, whose merging would give a gate's linear further columns.
  manager.addPass(createFuseGatedActivationPass());
  manager.addPass(createMergeProjectionsPass());
  manager.addPass(createFoldNormGainsPass());
  // Epilogues in the order in which a kernel applies them.
  manager.addPass(createFuseActivationsPass());
  manager.addPass(createFuseResidualsPass());
  manager.addPass(createFuseEmbeddingPass());
  // Prologues last: a linear with one is not plain any more.
  manager.addPass(createFuseVocabularySearchPass());
  manager.addPass(createFuseNormsPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
  manager.addPass(createRemoveDeadResultsPass());
  manager.addPass(createHoistWeightsPass());
}

/// fused -> plan.
static void addPlanPasses(OpPassManager &manager, const PipelineOptions &options) {
  codegen::buildPlanPipeline(manager, options.cpu, options.weights, options.cache);
}

/// plan -> llvm.
static void addLLVMPasses(OpPassManager &manager, const PipelineOptions &options) {
  codegen::buildLLVMPipeline(manager, options.cpu);
}

static constexpr StageInfo table[] = {
#define STAGE(enumerator, name, sentence, addPasses) {Stage::enumerator, name, sentence, addPasses},
#include "compiler/pipeline/stages.inc"
};

ArrayRef<StageInfo> stages() {
  return table;
}

const StageInfo &infoOf(Stage stage) {
  return table[size_t(stage)];
}

std::optional<Stage> findStage(StringRef name) {
  auto row = llvm::find_if(table, [&](const StageInfo &info) { return info.name == name; });
  return row == std::end(table) ? std::nullopt : std::optional(row->stage);
}

Stage stageOf(ModuleOp module) {
  if (module.lookupSymbol(forwardName))
    return Stage::Graph;
  auto decode = module.lookupSymbol<func::FuncOp>(decodeName);
  bool searches = decode && llvm::any_of(decode.getResultTypes(),
                                         [](Type type) { return isa<CandidatesType>(type); });
  return searches ? Stage::Fused : Stage::Staged;
}

void addStages(OpPassManager &manager, Stage from, Stage to, const PipelineOptions &options) {
  for (const StageInfo &info : table)
    if (info.stage > from && info.stage <= to && info.addPasses)
      info.addPasses(manager, options);
}

void registerPipelines() {
  for (const StageInfo &info : table)
    if (info.addPasses)
      PassPipelineRegistration<>(
          ("stage-" + info.name).str(), info.sentence,
          [addPasses = info.addPasses](OpPassManager &manager) { addPasses(manager, {}); });
}

} // namespace transept

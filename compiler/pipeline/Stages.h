// SPDX-License-Identifier: Apache-2.0
//
// The stages of compilation as one table, of stages.inc. `--emit`, `--help`, the documentation and
// the golden-IR tests read it; adding a stage is adding a row.

#ifndef TRANSEPT_COMPILER_PIPELINE_STAGES_H
#define TRANSEPT_COMPILER_PIPELINE_STAGES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/ArrayRef.h"

#include <optional>
#include <string>

namespace transept {

/// In the order in which a module passes through them.
enum class Stage {
#define STAGE(enumerator, name, sentence, addPasses) enumerator,
#include "compiler/pipeline/stages.inc"
};

/// What the pipelines of all stages can be told.
struct PipelineOptions {
  /// What `--cpu` says (compiler/targets/Target.h).
  std::string cpu = "native";
  /// What `--weights` says: f32, bf16, int8 or int4.
  std::string weights = "f32";
  /// What `--cache` says: f32, bf16, or auto, which is f32 for weights of f32 and else bf16.
  std::string cache = "auto";
};

struct StageInfo {
  Stage stage;
  llvm::StringLiteral name;     // as in `--emit=NAME` and `--stage-NAME`
  llvm::StringLiteral sentence; // what the stage shows
  /// Adds the passes that lead from the stage before to this one; null where passes of a module
  /// are not how one gets there.
  void (*addPasses)(mlir::OpPassManager &, const PipelineOptions &);
};

/// All stages, in order.
llvm::ArrayRef<StageInfo> stages();

const StageInfo &infoOf(Stage stage);

/// The stage called `name`, if there is one.
std::optional<Stage> findStage(llvm::StringRef name);

/// The stage that `module` is in, told by its functions and ops: Graph, Staged or Fused. Without a
/// vocabulary Fused looks like Staged, which only means that passes find nothing left to do.
Stage stageOf(mlir::ModuleOp module);

/// Adds the passes of all stages behind `from` up to and including `to`.
void addStages(mlir::OpPassManager &manager, Stage from, Stage to, const PipelineOptions &options);

/// Registers each stage's passes as a pipeline, `--stage-staged` and so on.
void registerPipelines();

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Writes down the parts of a story from modules while they pass through the stages.

#ifndef TRANSEPT_COMPILER_STORY_RECORDSTORY_H
#define TRANSEPT_COMPILER_STORY_RECORDSTORY_H

#include "compiler/pipeline/Stages.h"
#include "workbench/story/Story.h"

#include "mlir/IR/BuiltinOps.h"

namespace transept::story {

/// The text and the operations of `module`, which is in `stage`; `level` names its processor from
/// the plan on.
Stage recordStage(mlir::ModuleOp module, transept::Stage stage, llvm::StringRef level = "");

/// The passes of all stages up to the last one that passes lead to.
std::vector<Pass> recordPasses(mlir::MLIRContext &context, const PipelineOptions &options);

/// Adds the programs of `plan` and, once for all levels, its caches to the story, and refers the
/// operations of its last stage, which was recorded from the same module, to their launches.
void recordPrograms(mlir::ModuleOp plan, llvm::StringRef level, Story &story);

/// Adds the kernels that launches of `level` call to the story; `module` is in the LLVM dialect.
void recordKernels(mlir::ModuleOp module, llvm::StringRef level, Story &story);

} // namespace transept::story

#endif

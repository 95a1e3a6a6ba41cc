// SPDX-License-Identifier: Apache-2.0
//
// Takes modules from stage to stage, and writes down what they are in each.

#ifndef TRANSEPT_COMPILER_SESSION_STAGERUNNER_H
#define TRANSEPT_COMPILER_SESSION_STAGERUNNER_H

#include "base/OutputFile.h"
#include "compiler/emit/Levels.h"
#include "compiler/pipeline/IRDump.h"
#include "compiler/pipeline/Stages.h"
#include "compiler/session/Session.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace transept::session {

/// Dumped passes are numbered throughout. A pass that fails, or does not stand verification, is an
/// exception with what the session's diagnostics got.
class StageRunner {
public:
  /// `story` is null where nobody wants to know.
  StageRunner(Session &session, story::Story *story)
      : session(session), options(session.options), story(story) {}

  /// The plans as text that --debug-info wants, to be finished by whoever takes them.
  std::vector<OutputFile> takePlans() { return std::move(plans); }

  /// The stages in which all processors are alike.
  void runGraphStages(mlir::ModuleOp module, Stage last);

  /// The stages from the fused form on, for each level in a module of its own, which is returned.
  std::vector<mlir::OwningOpRef<mlir::ModuleOp>> runLevelStages(mlir::ModuleOp fused, Stage last,
                                                                std::vector<emit::Level> &levels);

private:
  PipelineOptions pipelineOptions(const std::string &cpu = "native") const {
    return {.cpu = cpu, .weights = options.weights, .cache = options.cache};
  }

  struct Section {
    mlir::ModuleOp module;
    Stage first, last;
    std::string dumpDirectory; // empty: nothing is dumped
  };

  void run(Section section, const PipelineOptions &pipeline, IRDumpState &dump);
  void record(mlir::ModuleOp module, Stage stage, const std::string &level = "");

  Session &session;
  const CompileOptions &options;
  story::Story *story;
  IRDumpState dump;
  std::vector<OutputFile> plans;
};

} // namespace transept::session

#endif

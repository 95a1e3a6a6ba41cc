// SPDX-License-Identifier: Apache-2.0
//
// What a story tells of one operation, tensor or kernel: `transept explain` prints it.

#ifndef TRANSEPT_WORKBENCH_EXPLAIN_EXPLANATION_H
#define TRANSEPT_WORKBENCH_EXPLAIN_EXPLANATION_H

#include "workbench/story/StoryJson.h"

#include <set>

namespace transept::workbench {

struct Explanation {
  enum class Kind { Operation, Tensor, Kernel } kind = Kind::Operation;
  std::string subject;
  /// Operations of the graph stage that it is about.
  std::set<std::string> origins = {};

  struct StageOperation {
    const story::Stage *stage;
    const story::Operation *operation;
  };
  struct ProgramLaunch {
    const story::Program *program;
    size_t index;
    const story::Launch &launch() const { return program->launches[index]; }
  };
  std::vector<StageOperation> operations = {};
  std::vector<const story::Pass *> passes = {};
  std::vector<const story::Remark *> remarks = {};
  std::vector<const story::Tensor *> tensors = {};
  std::vector<ProgramLaunch> launches = {};
  std::vector<const story::Kernel *> kernels = {};
};

/// `subject` is the name of an operation in any stage, of a tensor, or the symbol of a launch or
/// kernel, with or without its level. Throws InputError with similar names otherwise. The
/// result points into the story.
Explanation explain(const story::Story &story, const std::string &subject);

std::string textOf(const story::Story &story, const Explanation &explanation);
story::Json jsonOf(const story::Story &story, const Explanation &explanation);

} // namespace transept::workbench

#endif

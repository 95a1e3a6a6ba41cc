// SPDX-License-Identifier: Apache-2.0
//
// `--dump-ir`: the module after every pass, one numbered file each.

#ifndef TRANSEPT_COMPILER_PIPELINE_IRDUMP_H
#define TRANSEPT_COMPILER_PIPELINE_IRDUMP_H

#include "mlir/Pass/PassManager.h"

#include <string>

namespace transept {

/// How far a dump is. It may go on with the next pass manager.
struct IRDumpState {
  int count = 0;
  /// Why a file could not be written; nothing is dumped after that. Pass managers cannot be stopped
  /// from outside, so that whoever runs them must look at it.
  std::string failure = {};
};

/// Writes `directory`/NN-<pass>.mlir after each pass that `passes` runs on a module, numbered from
/// `state.count` on; 00-input.mlir is what the first one begins with. The directory is created.
void addIRDump(mlir::PassManager &passes, const std::string &directory, IRDumpState &state);

} // namespace transept

#endif

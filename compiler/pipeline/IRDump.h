// SPDX-License-Identifier: Apache-2.0
//
// `--dump-ir`: the module after every pass, one numbered file each.

#ifndef TRANSEPT_COMPILER_PIPELINE_IRDUMP_H
#define TRANSEPT_COMPILER_PIPELINE_IRDUMP_H

#include "mlir/Pass/PassManager.h"

#include <string>

namespace transept {

/// Writes `directory`/00-input.mlir and then NN-<pass>.mlir after each pass that `passes` runs on a
/// module. The directory is created. A file that cannot be written is an error at the module.
void addIRDump(mlir::PassManager &passes, const std::string &directory);

} // namespace transept

#endif

// SPDX-License-Identifier: Apache-2.0
//
// `--dump-ir`: the module after every pass, one numbered file each.

#ifndef TRANSEPT_COMPILER_PIPELINE_IRDUMP_H
#define TRANSEPT_COMPILER_PIPELINE_IRDUMP_H

#include "mlir/Pass/PassManager.h"

#include <string>

namespace transept {

/// Writes `directory`/NN-<pass>.mlir after each pass that `passes` runs on a module, numbered from
/// `count` on, which the next pass manager may continue with; 00-input.mlir is what the first one
/// begins with. The directory is created. A file that cannot be written is an error at the module.
void addIRDump(mlir::PassManager &passes, const std::string &directory, int &count);

} // namespace transept

#endif

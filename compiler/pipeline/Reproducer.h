// SPDX-License-Identifier: Apache-2.0
//
// A file that shows a pass going wrong, and says how: what one sends to who repairs the pass.

#ifndef TRANSEPT_COMPILER_PIPELINE_REPRODUCER_H
#define TRANSEPT_COMPILER_PIPELINE_REPRODUCER_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

#include <cstdint>
#include <string>

namespace transept {

/// The command that runs the model in `path` before and after `pass`.
std::string replayCommand(const mlir::Pass &pass, uint64_t seed, llvm::StringRef path);

/// Writes `module`, with its locations and the command that replays it. Its inputs and parameters
/// are drawn from `seed`. Returns why that failed, or "".
std::string writeReproducer(mlir::ModuleOp module, const mlir::Pass &pass, uint64_t seed,
                            llvm::StringRef path);

} // namespace transept

#endif

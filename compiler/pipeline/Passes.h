// SPDX-License-Identifier: Apache-2.0
//
// Passes that run other passes, described in Passes.td.

#ifndef TRANSEPT_COMPILER_PIPELINE_PASSES_H
#define TRANSEPT_COMPILER_PIPELINE_PASSES_H

#include "mlir/Pass/Pass.h"

namespace transept {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/pipeline/Passes.h.inc"

} // namespace transept

#endif

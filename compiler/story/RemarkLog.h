// SPDX-License-Identifier: Apache-2.0
//
// Keeps what passes say of what they did and did not do.

#ifndef TRANSEPT_COMPILER_STORY_REMARKLOG_H
#define TRANSEPT_COMPILER_STORY_REMARKLOG_H

#include "workbench/story/Story.h"

#include "mlir/IR/MLIRContext.h"

#include <memory>

namespace transept::story {

/// From now on, the remarks of passes that run in `context` are added to the vector that is
/// returned, in the order in which they are made.
std::shared_ptr<std::vector<Remark>> keepRemarks(mlir::MLIRContext &context);

} // namespace transept::story

#endif

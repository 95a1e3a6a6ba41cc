// SPDX-License-Identifier: Apache-2.0
//
// A model as its user names it, as a module: whatever the kind of the input.

#ifndef TRANSEPT_COMPILER_SESSION_READINPUT_H
#define TRANSEPT_COMPILER_SESSION_READINPUT_H

#include "compiler/frontend/description/Description.h"
#include "compiler/session/Session.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

namespace transept::session {

struct Input {
  /// Of textual IR without tokens, no more than a name and the checkpoint.
  frontend::Description description;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Reads a checkpoint directory, a description (.json) or textual IR (.mlir). `needsWeights` says
/// whether an input that contains none must name its checkpoint. Throws Error.
Input readInput(Session &session, const std::string &path, bool needsWeights);

} // namespace transept::session

#endif

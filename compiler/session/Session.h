// SPDX-License-Identifier: Apache-2.0
//
// What belongs to one compilation: options, the context of its IR, and what is told about it.

#ifndef TRANSEPT_COMPILER_SESSION_SESSION_H
#define TRANSEPT_COMPILER_SESSION_SESSION_H

#include "compiler/session/Diagnostics.h"
#include "transept/compiler.h"
#include "workbench/story/Story.h"

#include "mlir/IR/MLIRContext.h"

#include <memory>
#include <string>
#include <vector>

namespace transept::session {

/// A context with the dialects that models are written in, whose errors become exceptions and whose
/// remarks are kept.
class Session {
public:
  explicit Session(const CompileOptions &options);

  void showProgress(const std::string &what, double share = 0) const;
  void warn(const std::string &message) const;
  /// Hands the remarks so far to the observer.
  void showRemarks() const;

  const CompileOptions &options;
  mlir::MLIRContext context;
  Diagnostics diagnostics;
  std::shared_ptr<std::vector<story::Remark>> remarks;
};

} // namespace transept::session

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Turns errors of MLIR into exceptions, as all other errors of the program are.

#ifndef TRANSEPT_COMPILER_SESSION_DIAGNOSTICS_H
#define TRANSEPT_COMPILER_SESSION_DIAGNOSTICS_H

#include "base/Error.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace transept::session {

/// Errors of MLIR arrive here and end as one exception, so that all errors look alike.
class Diagnostics : public mlir::ScopedDiagnosticHandler {
public:
  explicit Diagnostics(mlir::MLIRContext *context) : ScopedDiagnosticHandler(context) {
    setHandler([this](mlir::Diagnostic &diagnostic) {
      if (diagnostic.getSeverity() != mlir::DiagnosticSeverity::Error)
        return mlir::success();
      llvm::raw_string_ostream stream(text);
      if (!text.empty())
        stream << "\n";
      if (!mlir::isa<mlir::UnknownLoc>(diagnostic.getLocation()))
        stream << diagnostic.getLocation() << ": ";
      stream << diagnostic;
      for (mlir::Diagnostic &note : diagnostic.getNotes())
        stream << "\n  note: " << note;
      return mlir::success();
    });
  }
  [[noreturn]] void raise(const std::string &otherwise) {
    throw InputError(text.empty() ? otherwise : text);
  }

private:
  std::string text;
};

} // namespace transept::session

#endif

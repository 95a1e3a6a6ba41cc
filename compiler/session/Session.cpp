// SPDX-License-Identifier: Apache-2.0
//
// Sets the context up, and passes on what a compilation has to say.

#include "compiler/session/Session.h"

#include "compiler/pipeline/ReadableIR.h"
#include "compiler/story/RemarkLog.h"
#include "dialects/Plan/Plan.h"
#include "dialects/Transept/Transept.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace transept::session {

Session::Session(const CompileOptions &options) : options(options), diagnostics(&context) {
  context.loadDialect<TranseptDialect, plan::PlanDialect, mlir::func::FuncDialect>();
  useShortTypeNames(context);
  remarks = story::keepRemarks(context);
}

void Session::showProgress(const std::string &what, double share) const {
  if (options.observer.progress)
    options.observer.progress(what, share);
}

void Session::warn(const std::string &message) const {
  if (options.observer.warning)
    options.observer.warning(message);
}

void Session::showRemarks() const {
  if (!options.observer.remark)
    return;
  for (const story::Remark &remark : *remarks)
    options.observer.remark({remark.kind, remark.pass, remark.category, remark.name, remark.text});
}

} // namespace transept::session

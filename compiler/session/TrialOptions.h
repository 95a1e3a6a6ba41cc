// SPDX-License-Identifier: Apache-2.0
//
// Libraries that are compiled to be run and thrown away.

#ifndef TRANSEPT_COMPILER_SESSION_TRIALOPTIONS_H
#define TRANSEPT_COMPILER_SESSION_TRIALOPTIONS_H

#include "transept/compiler.h"

namespace transept::session {

/// The same library without what is wanted beside it, which is made once, of the library that is
/// kept.
inline CompileOptions trialOptions(CompileOptions options) {
  options.hasDebugInfo = options.verifiesPasses = false;
  options.dumpDirectory.clear();
  options.report.clear();
  options.observer.remark = {};
  return options;
}

} // namespace transept::session

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The names of the functions that launches become: they join a profile, a debugger and the story of
// a library to the operations of the graph.

#ifndef TRANSEPT_COMPILER_PLAN_LAUNCHNAMES_H
#define TRANSEPT_COMPILER_PLAN_LAUNCHNAMES_H

#include "dialects/Plan/Plan.h"

#include <map>
#include <string>

namespace transept::codegen {

/// Names the launches of one program, in order: decode.decoder.layers.3.cross_attention, and with a
/// number behind it (.1, .2) where several have one label.
class LaunchNames {
public:
  explicit LaunchNames(llvm::StringRef program) : program(program) {}

  std::string next(plan::LaunchOpInterface launch) {
    std::string name = (program + "." + launch.getLabel()).str();
    unsigned before = uses[name]++;
    return before == 0 ? name : name + "." + std::to_string(before);
  }

private:
  llvm::StringRef program;
  std::map<std::string, unsigned> uses;
};

} // namespace transept::codegen

#endif

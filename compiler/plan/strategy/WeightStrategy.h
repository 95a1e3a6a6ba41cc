// SPDX-License-Identifier: Apache-2.0
//
// The order in which `--weights auto` tries types of weights: a pure function of the target, so
// that the same model gets the same type again.

#ifndef TRANSEPT_COMPILER_PLAN_STRATEGY_WEIGHTSTRATEGY_H
#define TRANSEPT_COMPILER_PLAN_STRATEGY_WEIGHTSTRATEGY_H

#include "compiler/targets/Target.h"

#include "llvm/ADT/StringRef.h"

#include <vector>

namespace transept::codegen {

/// The types as `--weights` names them, from the fastest on the target down to f32, which is the
/// slowest and loses nothing.
std::vector<llvm::StringRef> weightsBySpeed(const targets::Target &target);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What each launch of a program has to read and compute, counted from the plan: with it, a reader
// of a profile compares measured times with the limits of a machine.

#ifndef TRANSEPT_COMPILER_PLAN_LAUNCHCOSTS_H
#define TRANSEPT_COMPILER_PLAN_LAUNCHCOSTS_H

#include "dialects/Plan/Plan.h"

#include <string>
#include <vector>

namespace transept::codegen {

/// The fields of transept_launch (abi.h).
struct LaunchCosts {
  std::string label = {}, kind = {};
  uint32_t rows = 0, keys = 0, arithmetic = 0, window = 0;
  int64_t weightBytes = 0, bytesPerRow = 0, bytesPerKey = 0;
  int64_t operationsPerRow = 0, operationsPerRowAndKey = 0;
};

/// The launches and barriers of a program in order; the weights are in its module.
std::vector<LaunchCosts> launchCosts(plan::ProgramOp program);

} // namespace transept::codegen

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Made-up targets with vectors of 128 bits, as other instruction sets have them: plans must follow
// from a target's facts, not from what the processors of one architecture have in common.

#ifndef TRANSEPT_TESTS_UNIT_COMPILER_PLAN_NARROWTARGETS_H
#define TRANSEPT_TESTS_UNIT_COMPILER_PLAN_NARROWTARGETS_H

#include "compiler/targets/Target.h"

#include <string>

namespace transept::testing {

/// A processor with `registers` (16 or 32) vector registers of four numbers: blocks of 3 or 6 rows
/// of panels of 16 columns.
inline targets::Target vectorsOf128Bits(int64_t registers) {
  targets::Target target;
  target.cpu = "narrow-" + std::to_string(registers);
  target.vectors = {.lanes = 4,
                    .sumRegisters = registers == 16 ? 12 : 24,
                    .rows = registers == 16 ? 3 : 6,
                    .panelWidth = 16};
  target.secondLevelCacheBytes = int64_t(512) << 10;
  return target;
}

} // namespace transept::testing

#endif

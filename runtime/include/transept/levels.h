// SPDX-License-Identifier: Apache-2.0
//
// Which of a library's instruction-set levels a processor runs, for programs that look at libraries
// without opening them. Opening asks the same functions. They are in the runtime's archive, not in
// compiled libraries.
#ifndef TRANSEPT_LEVELS_H
#define TRANSEPT_LEVELS_H

#include "transept/abi.h"

#include <functional>
#include <span>
#include <string>

namespace transept::runtime {

struct Processor {
  std::uint64_t features = 0; // TRANSEPT_CPU_* bits; of the kernel's permission AMX says nothing
  /// Whether the kernel grants tiles; asked at most once, and only when they would be used.
  std::function<bool()> permitsTiles;
};

/// The machine that this runs on.
Processor thisProcessor();

struct LevelChoice {
  const transept_level *level = nullptr; // null: none of them can run
  bool tilesWereRefused = false;         // by the kernel, when another level would have been taken
};

/// The level that uses most of what the processor has; the first of equal ones. A level whose
/// requirements include another's always goes before that.
LevelChoice bestLevel(std::span<const transept_level> levels, const Processor &processor);

/// The names of the features in `bits`, e.g. "AVX-512 (F, BW, CD, DQ, VL)"; unknown bits by number.
std::string featureNames(std::uint64_t bits);

} // namespace transept::runtime

#endif

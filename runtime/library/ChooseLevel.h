// SPDX-License-Identifier: Apache-2.0
//
// Which of a library's instruction-set levels runs on a processor. `transept inspect` asks the same
// function, so that it says what opening will do.
#ifndef TRANSEPT_RUNTIME_LIBRARY_CHOOSELEVEL_H
#define TRANSEPT_RUNTIME_LIBRARY_CHOOSELEVEL_H

#include "transept/abi.h"

#include <functional>
#include <span>
#include <string_view>

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

/// The best level of the model, or the one that is called `wanted` unless that is empty. Throws
/// Error when there is no such level, or none that can run.
const transept_level &chooseLevel(const transept_model_table &table, std::string_view wanted,
                                  const Processor &processor);

} // namespace transept::runtime

#endif

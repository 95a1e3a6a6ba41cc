// SPDX-License-Identifier: Apache-2.0
//
// How a linear layer is blocked: a pure function of its shape, number type and target, attached to
// the launch as an attribute and obeyed by the kernel.

#ifndef TRANSEPT_COMPILER_PLAN_STRATEGY_LINEARSTRATEGY_H
#define TRANSEPT_COMPILER_PLAN_STRATEGY_LINEARSTRATEGY_H

#include "compiler/plan/PreparedRows.h"

namespace transept::codegen {

struct LinearStrategy {
  /// Rows packed at once: they stay in the second-level cache while all panels pass by.
  int64_t rowBlock = 0;
  /// Panels read side by side when there are few rows and reading weights is the bound.
  int64_t streamPanels = 0;
  /// From this many rows per worker on, workers share out rows instead of columns: each then packs
  /// only its own rows.
  int64_t rowsToSplit = 0;

  bool operator==(const LinearStrategy &) const = default;
};

LinearStrategy chooseLinearStrategy(const PreparedRows &rows);

} // namespace transept::codegen

#endif

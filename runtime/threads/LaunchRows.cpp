// SPDX-License-Identifier: Apache-2.0
//
// Rows of features become fewer with each convolution.

#include "runtime/threads/LaunchRows.h"

#include <algorithm>
#include <span>

namespace transept::runtime {

/// Rows that an invocation's features are after the first `steps` row steps.
static std::uint64_t rowsAfter(const transept_model_table &table, std::int64_t rows,
                               std::uint64_t steps) {
  for (const transept_row_step &step :
       std::span(table.row_steps, std::min(steps, table.row_step_count))) {
    std::int64_t last = rows + 2 * std::int64_t(step.padding) - step.kernel;
    rows = (last < 0 ? 0 : last / step.stride + 1) + step.leading;
  }
  return static_cast<std::uint64_t>(rows);
}

std::uint64_t rowsOf(const transept_launch &launch, const transept_model_table &table,
                     const transept_invocation &invocation) {
  if (launch.rows == TRANSEPT_ROWS_ALL)
    return static_cast<std::uint64_t>(invocation.row_count);
  if (launch.rows == TRANSEPT_ROWS_REQUESTED)
    return static_cast<std::uint64_t>(invocation.requested_count);
  return rowsAfter(table, invocation.feature_count, launch.rows - TRANSEPT_ROWS_BEFORE_STEP);
}

} // namespace transept::runtime

// SPDX-License-Identifier: Apache-2.0
//
// Rows of features become fewer with each convolution.

#include "runtime/base/RowCounts.h"

#include "runtime/base/Sizes.h"

#include <algorithm>
#include <span>

namespace transept::runtime {

std::uint64_t rowsAfterSteps(const transept_model_table &table, std::uint64_t rows,
                             std::uint64_t steps) {
  for (const transept_row_step &step :
       std::span(table.row_steps, std::min(steps, table.row_step_count))) {
    std::uint64_t lines = step.line_before == 0 ? rows : rows / step.line_before;
    std::uint64_t padded = addSizes(lines, step.padding);
    rows = padded < step.kernel ? 0 : (padded - step.kernel) / step.stride + 1;
    rows = multiplySizes(rows, std::max(step.line_behind, 1u));
    rows = addSizes(rows, step.leading);
  }
  return rows;
}

bool readsGrids(const transept_model_table &table) {
  return std::ranges::any_of(std::span(table.row_steps, table.row_step_count),
                             [](const transept_row_step &step) { return step.grid_rows != 0; });
}

bool keepsRowsApart(const transept_model_table &table) {
  return std::ranges::all_of(std::span(table.row_steps, table.row_step_count),
                             [](const transept_row_step &step) {
                               return step.kernel == 1 && step.stride == 1 &&
                                      step.line_before <= 1 && step.line_behind <= 1;
                             });
}

std::uint64_t rowsOf(std::uint32_t rows, const transept_model_table &table,
                     const transept_invocation &invocation) {
  if (rows == TRANSEPT_ROWS_ALL)
    return std::uint64_t(invocation.row_count);
  if (rows == TRANSEPT_ROWS_REQUESTED)
    return std::uint64_t(invocation.requested_count);
  if (rows > TRANSEPT_ROWS_OF_NUMBER)
    return std::uint64_t(invocation.sequence_count) * (rows - TRANSEPT_ROWS_OF_NUMBER);
  if (rows > TRANSEPT_ROWS_OF_BLOCKS)
    return std::uint64_t(invocation.row_count) / (rows - TRANSEPT_ROWS_OF_BLOCKS);
  return rowsAfterSteps(table, std::uint64_t(invocation.feature_count),
                        rows - TRANSEPT_ROWS_BEFORE_STEP);
}

} // namespace transept::runtime

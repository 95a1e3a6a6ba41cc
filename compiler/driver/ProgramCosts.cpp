// SPDX-License-Identifier: Apache-2.0
//
// A program may compute one launch while it reads for another, so its two sums bound it, not the
// sum of the larger of each launch. Rows that one launch hands to the next stay in the caches.

#include "compiler/driver/ProgramCosts.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace transept::driver {

namespace {

double rowsOf(const transept_launch &launch, const transept_model_table &table,
              const Workload &work) {
  if (launch.rows < TRANSEPT_ROWS_BEFORE_STEP)
    return work.rows; // every row is requested
  uint64_t steps =
      std::min<uint64_t>(launch.rows - TRANSEPT_ROWS_BEFORE_STEP, table.row_step_count);
  double rows = work.features;
  for (const transept_row_step &step : std::span(table.row_steps, steps))
    rows = std::max(0.0, std::floor((rows + 2.0 * step.padding - step.kernel) / step.stride) + 1) +
           step.leading;
  return rows;
}

} // namespace

Workload encodeWorkload(double sources, double length, double features) {
  return {.rows = sources * length,
          .features = features,
          .sequencePairs = sources * length * length,
          .sequenceKeys = sources * length};
}

Workload decodeWorkload(double sources, double hypotheses, double keys, double sourceLength) {
  double rows = sources * hypotheses;
  return {.rows = rows,
          .sequencePairs = rows * (keys + 1),
          .sourcePairs = rows * sourceLength,
          .sequenceKeys = rows * (keys + 1),
          .sourceKeys = sources * sourceLength};
}

double weightBytes(const transept_program &program) {
  double bytes = 0;
  for (const transept_launch &launch : std::span(program.launches, program.launch_count))
    bytes += double(launch.weight_bytes);
  return bytes;
}

LeastTime leastTime(const transept_model_table &table, const transept_program &program,
                    const Workload &work, const MachineLimits &limits) {
  LeastTime least;
  for (const transept_launch &launch : std::span(program.launches, program.launch_count)) {
    bool isOfSource = launch.keys == TRANSEPT_KEYS_OF_SOURCE;
    double pairs = isOfSource ? work.sourcePairs : work.sequencePairs;
    double keys = isOfSource ? work.sourceKeys : work.sequenceKeys;
    double operations = rowsOf(launch, table, work) * double(launch.operations_per_row) +
                        pairs * double(launch.operations_per_row_and_key);
    least.arithmetic += operations / limits.operations(launch.arithmetic);
    least.memory +=
        (double(launch.weight_bytes) + keys * double(launch.bytes_per_key)) / limits.readBytes;
  }
  return least;
}

} // namespace transept::driver

// SPDX-License-Identifier: Apache-2.0
//
// A program may compute one launch while it reads for another, so its two sums bound it, not the
// sum of the larger of each launch. Rows that one launch hands to the next stay in the caches.

#include "workbench/measure/ProgramCosts.h"

#include "transept/rows.h"

#include <algorithm>
#include <set>
#include <span>

namespace transept::workbench {

namespace {

uint64_t rowsOf(uint32_t rows, const transept_model_table &table, const Workload &work) {
  if (rows > TRANSEPT_ROWS_OF_NUMBER)
    return work.sources * (rows - TRANSEPT_ROWS_OF_NUMBER);
  if (rows > TRANSEPT_ROWS_OF_BLOCKS)
    return work.sources * (work.rows / (rows - TRANSEPT_ROWS_OF_BLOCKS));
  if (rows == TRANSEPT_ROWS_REQUESTED)
    return work.sources * work.hypotheses * work.requested.value_or(work.rows);
  if (rows == TRANSEPT_ROWS_ALL)
    return work.sources * work.hypotheses * work.rows;
  return work.sources *
         runtime::rowsAfterSteps(table, work.features, rows - TRANSEPT_ROWS_BEFORE_STEP);
}

/// Hypotheses of one source look at the same keys of it.
runtime::KeyCounts keysOf(const transept_launch &launch, const transept_model_table &table,
                          const Workload &work) {
  if (launch.keys >= TRANSEPT_KEYS_OF_ROWS) {
    uint64_t keys = rowsOf(launch.keys - TRANSEPT_KEYS_OF_ROWS, table, work);
    return {.keys = keys, .pairs = keys * rowsOf(launch.rows, table, work)};
  }
  bool isOfSource = launch.keys == TRANSEPT_KEYS_OF_SOURCE;
  runtime::KeyCounts counts =
      isOfSource ? runtime::keyCounts(launch, work.sourceLength, work.hypotheses * work.rows)
                 : runtime::keyCounts(launch, work.past, work.rows);
  uint64_t times = isOfSource ? work.sources : work.sources * work.hypotheses;
  return {.keys = times * counts.keys, .pairs = times * counts.pairs};
}

} // namespace

double weightBytes(const transept_program &program) {
  double bytes = 0;
  for (const transept_launch &launch : std::span(program.launches, program.launch_count))
    bytes += double(launch.weight_bytes);
  return bytes;
}

void Costs::add(const Costs &other) {
  for (size_t arithmetic = 0; arithmetic < operations.size(); ++arithmetic)
    operations[arithmetic] += other.operations[arithmetic];
  bytes += other.bytes;
}

double Costs::leastSeconds(const MachineLimits &limits,
                           const MachineLimits::Reading &reading) const {
  double seconds = 0;
  for (uint32_t arithmetic = 0; arithmetic < operations.size(); ++arithmetic)
    if (operations[arithmetic] > 0)
      seconds += operations[arithmetic] / limits.operations(arithmetic);
  return std::max(seconds, bytes / reading.bytesPerSecond);
}

Costs costsOf(const transept_model_table &table, const transept_program &program,
              const Workload &work) {
  Costs costs;
  for (const transept_launch &launch : std::span(program.launches, program.launch_count)) {
    runtime::KeyCounts counts = keysOf(launch, table, work);
    costs.operations.at(launch.arithmetic) +=
        double(rowsOf(launch.rows, table, work)) * double(launch.operations_per_row) +
        double(counts.pairs) * double(launch.operations_per_row_and_key);
    costs.bytes += double(launch.weight_bytes) + double(counts.keys) * double(launch.bytes_per_key);
  }
  return costs;
}

double leastEncodeSeconds(const Model &model, const Request &request, const MachineLimits &limits) {
  bool isOneByOne = model.sourceFeatureWidth() != 0 || model.table().encodes_one_source != 0;
  uint64_t together = isOneByOne ? 1 : request.sources;
  Workload work{.sources = together,
                .rows = request.length,
                .sourceLength = request.length,
                .features = request.features,
                .requested = 1};
  return double(request.sources / together) * costsOf(model.table(), *model.level().encode, work)
                                                  .leastSeconds(limits, limits.encodeWeights);
}

double leastDecodeSeconds(const Model &model, const Request &request, const MachineLimits &limits) {
  Costs costs;
  for (uint64_t step = 0; step < request.steps; ++step)
    costs.add(costsOf(model.table(), *model.level().decode,
                      {.sources = request.sources,
                       .hypotheses = request.hypotheses,
                       .rows = 1,
                       .past = step,
                       .sourceLength = request.length}));
  return costs.leastSeconds(limits, limits.decodeWeights);
}

LimitOptions limitOptions(const transept_level &level) {
  std::set<uint32_t> arithmetics;
  for (const transept_program *program : {level.encode, level.decode})
    for (const transept_launch &launch : std::span(program->launches, program->launch_count))
      arithmetics.insert(launch.arithmetic);
  return {.encodeBytes = size_t(weightBytes(*level.encode)),
          .decodeBytes = size_t(weightBytes(*level.decode)),
          .features = level.required_features,
          .arithmetics = {arithmetics.begin(), arithmetics.end()}};
}

} // namespace transept::workbench

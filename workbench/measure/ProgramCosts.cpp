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

double rowsOf(const transept_launch &launch, const transept_model_table &table,
              const Workload &work) {
  if (launch.rows < TRANSEPT_ROWS_BEFORE_STEP)
    return work.rows; // every row is requested
  return double(runtime::rowsAfterSteps(table, uint64_t(work.features),
                                        launch.rows - TRANSEPT_ROWS_BEFORE_STEP));
}

} // namespace

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

double Costs::leastSeconds(const MachineLimits &limits) const {
  double seconds = 0;
  for (uint32_t arithmetic = 0; arithmetic < operations.size(); ++arithmetic)
    if (operations[arithmetic] > 0)
      seconds += operations[arithmetic] / limits.operations(arithmetic);
  return std::max(seconds, bytes / limits.readBytes);
}

Costs costsOf(const transept_model_table &table, const transept_program &program,
              const Workload &work) {
  Costs costs;
  for (const transept_launch &launch : std::span(program.launches, program.launch_count)) {
    bool isOfSource = launch.keys == TRANSEPT_KEYS_OF_SOURCE;
    double pairs = isOfSource ? work.sourcePairs : work.sequencePairs;
    double keys = isOfSource ? work.sourceKeys : work.sequenceKeys;
    costs.operations.at(launch.arithmetic) +=
        rowsOf(launch, table, work) * double(launch.operations_per_row) +
        pairs * double(launch.operations_per_row_and_key);
    costs.bytes += double(launch.weight_bytes) + keys * double(launch.bytes_per_key);
  }
  return costs;
}

double leastEncodeSeconds(const Model &model, const Request &request, const MachineLimits &limits) {
  bool isOneByOne = model.sourceFeatureWidth() != 0;
  double together = isOneByOne ? 1 : request.sources, runs = request.sources / together;
  double rows = together * request.length;
  Workload work{.rows = rows,
                .features = request.features,
                .sequencePairs = rows * request.length,
                .sequenceKeys = rows};
  return runs * costsOf(model.table(), *model.level().encode, work).leastSeconds(limits);
}

double leastDecodeSeconds(const Model &model, const Request &request, const MachineLimits &limits) {
  Workload meanStep =
      decodeWorkload(request.sources, request.hypotheses, (request.steps - 1) / 2, request.length);
  return request.steps *
         costsOf(model.table(), *model.level().decode, meanStep).leastSeconds(limits);
}

LimitOptions limitOptions(const transept_level &level) {
  std::set<uint32_t> arithmetics;
  for (const transept_program *program : {level.encode, level.decode})
    for (const transept_launch &launch : std::span(program->launches, program->launch_count))
      arithmetics.insert(launch.arithmetic);
  return {.bufferBytes = size_t(weightBytes(*level.decode)),
          .features = level.required_features,
          .arithmetics = {arithmetics.begin(), arithmetics.end()}};
}

} // namespace transept::workbench

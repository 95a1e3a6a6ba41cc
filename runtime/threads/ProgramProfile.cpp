// SPDX-License-Identifier: Apache-2.0
//
// Costs follow from the program's table of launches and from the numbers of rows and keys.

#include "runtime/threads/ProgramProfile.h"

#include "runtime/base/RowCounts.h"
#include "runtime/platform/Processor.h"

#include <algorithm>

namespace transept::runtime {
namespace {

KeyCounts keysOf(const transept_launch &launch, const transept_model_table &table,
                 const transept_invocation &invocation) {
  KeyCounts sums;
  if (launch.keys == TRANSEPT_KEYS_NONE)
    return sums;
  if (launch.keys >= TRANSEPT_KEYS_OF_ROWS) {
    std::uint64_t keys = rowsOf(launch.keys - TRANSEPT_KEYS_OF_ROWS, table, invocation);
    return {.keys = keys, .pairs = keys * rowsOf(launch.rows, table, invocation)};
  }
  bool isSource = launch.keys == TRANSEPT_KEYS_OF_SOURCE;
  const std::int64_t *offsets = isSource ? invocation.source_offsets : invocation.sequence_offsets;
  const std::int64_t *pasts = isSource ? invocation.source_lengths : invocation.past_lengths;
  std::int64_t groups = isSource ? invocation.source_count : invocation.sequence_count;
  for (std::int64_t group = 0; group < groups; ++group) {
    auto rows = std::uint64_t(offsets[group + 1] - offsets[group]);
    KeyCounts counts = keyCounts(launch, pasts ? std::uint64_t(pasts[group]) : 0, rows);
    sums.keys += counts.keys;
    sums.pairs += counts.pairs;
  }
  return sums;
}

} // namespace

ProgramProfile::ProgramProfile(const transept_model_table &table, const transept_program &program,
                               std::uint32_t workerCount)
    : table(&table), measured(&program), workerCount(workerCount),
      times(workerCount * (program.launch_count + 1)), launches(program.launch_count) {}

void ProgramProfile::begin(transept_invocation &invocation) {
  invocation.launch_times = times.data();
  startTime = std::chrono::steady_clock::now();
  startTicks = processorTicks();
}

void ProgramProfile::end(const transept_invocation &invocation) {
  std::uint64_t runTicks = processorTicks() - startTicks;
  ticks += runTicks;
  nanoseconds += std::uint64_t(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now() - startTime)
                                   .count());
  ++invocations;
  rows += std::uint64_t(invocation.row_count);
  addTimes(runTicks);
  for (std::size_t index = 0; index < launches.size(); ++index) {
    const transept_launch &costs = measured->launches[index];
    std::uint64_t rowCount = rowsOf(costs.rows, *table, invocation);
    KeyCounts keyCounts = keysOf(costs, *table, invocation);
    Launch &sum = launches[index];
    // A launch without rows reads nothing.
    sum.weightBytes += rowCount == 0 ? 0 : costs.weight_bytes;
    sum.keyBytes += keyCounts.keys * costs.bytes_per_key;
    sum.rowBytes += rowCount * costs.bytes_per_row;
    sum.operations +=
        rowCount * costs.operations_per_row + keyCounts.pairs * costs.operations_per_row_and_key;
  }
}

void ProgramProfile::addTimes(std::uint64_t runTicks) {
  for (std::size_t index = 0; index < launches.size(); ++index) {
    std::uint64_t longest = 0, first = UINT64_MAX, last = 0;
    for (std::uint64_t worker = 0; worker < workerCount; ++worker) {
      const std::uint64_t *stamps = &times[worker * (launches.size() + 1) + index];
      // A thread that moved between processors may have seen two counters.
      std::uint64_t duration = std::max(stamps[0], stamps[1]) - stamps[0];
      launches[index].ticks += duration;
      longest = std::max(longest, duration);
      first = std::min(first, stamps[0]);
      last = std::max(last, stamps[1]);
    }
    // The counters of two processors may differ, but no launch is longer than its run.
    launches[index].longestTicks +=
        std::max(longest, std::min(last - std::min(first, last), runTicks));
  }
}

std::uint64_t ProgramProfile::nanosecondsOf(std::uint64_t duration) const {
  if (ticks == 0)
    return 0;
  return std::uint64_t(double(duration) * double(nanoseconds) / double(ticks));
}

transept_program_profile ProgramProfile::summary() const {
  return {sizeof(transept_program_profile), invocations, rows, workerCount, nanoseconds};
}

transept_launch_profile ProgramProfile::launch(std::uint64_t index) const {
  const Launch &sum = launches[index];
  return {nanosecondsOf(sum.ticks),
          nanosecondsOf(sum.longestTicks),
          sum.weightBytes,
          sum.keyBytes,
          sum.rowBytes,
          sum.operations};
}

} // namespace transept::runtime

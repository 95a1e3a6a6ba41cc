// SPDX-License-Identifier: Apache-2.0
//
// Sizes the working memory of an invocation and hands it to the workers.

#include "runtime/threads/ProgramRunner.h"

#include "runtime/base/Sizes.h"
#include "runtime/platform/UsableCores.h"

#include <mutex>

namespace transept::runtime {
namespace {

/// What each worker of a run needs.
struct Run {
  const transept_program &program;
  const transept_invocation &invocation;
  std::uint32_t workerCount;

  static void work(void *argument, std::uint32_t worker) {
    const Run &run = *static_cast<const Run *>(argument);
    run.program.run(&run.invocation, worker, run.workerCount);
  }
};

} // namespace

ProgramRunner::ProgramRunner(const transept_model_table &table, std::uint32_t workerCount,
                             transept_executor_function executor, void *executorContext)
    : table(table),
      workers(workerCount == 0 ? usableCores() : workerCount, executor, executorContext),
      barrier(workers.count(), spinsFor(workers.count())) {}

void ProgramRunner::run(const transept_program &program, transept_invocation &invocation,
                        std::uint64_t keyCount) {
  auto rows = std::uint64_t(invocation.row_count);
  std::uint64_t arenaBytes =
      addSizes(program.arena_bytes, multiplySizes(program.arena_bytes_per_row, rows));
  std::uint64_t stride =
      addSizes(program.scratch_bytes,
               multiplySizes(program.scratch_bytes_per_key, roundUp(keyCount, TRANSEPT_KEY_BLOCK)));
  stride = roundUp(stride, 64);

  std::lock_guard turn(turns);
  arena.reserve(arenaBytes);
  scratch.reserve(multiplySizes(stride, workerCount()));
  invocation.weights = table.weights;
  invocation.arena = arena.data();
  invocation.scratch = scratch.data();
  invocation.scratch_stride = stride;
  invocation.barrier = Barrier::call;
  invocation.barrier_context = &barrier;
  invocation.launch_times = nullptr;
  ProgramProfile *profile = isProfiling ? &profileOf(program) : nullptr;
  if (profile)
    profile->begin(invocation);
  ObservedRun observed(observer, table, program, barrier);
  if (observer.function)
    observed.begin(invocation);
  Run run{program, invocation, workerCount()};
  workers.run(Run::work, &run, workerCount());
  if (observer.function)
    observed.end();
  if (profile)
    profile->end(invocation);
  invocations.fetch_add(1, std::memory_order_relaxed);
}

void ProgramRunner::setProfiling(bool isEnabled) {
  std::lock_guard turn(turns);
  isProfiling = isEnabled;
  if (isEnabled)
    profiles.clear();
}

transept_program_profile ProgramRunner::profile(const transept_program &program,
                                                transept_launch_profile *launches) {
  std::lock_guard turn(turns);
  const ProgramProfile &profile = profileOf(program);
  for (std::uint64_t index = 0; launches && index != program.launch_count; ++index)
    launches[index] = profile.launch(index);
  return profile.summary();
}

void ProgramRunner::setObserver(const ProgramObserver &given) {
  std::lock_guard turn(turns);
  observer = given;
}

ProgramProfile &ProgramRunner::profileOf(const transept_program &program) {
  for (ProgramProfile &profile : profiles)
    if (&profile.program() == &program)
      return profile;
  return profiles.emplace_back(table, program, workerCount());
}

} // namespace transept::runtime

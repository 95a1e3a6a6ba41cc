// SPDX-License-Identifier: Apache-2.0
//
// Sizes the working memory of an invocation and hands it to the workers.

#include "runtime/threads/ProgramRunner.h"

#include "runtime/base/Sizes.h"
#include "runtime/platform/UsableCores.h"

namespace transept::runtime {
namespace {

/// What each worker of a run needs.
struct WorkersShare {
  const transept_program &program;
  const transept_invocation &invocation;
  std::uint32_t workerCount;

  static void work(void *argument, std::uint32_t worker) {
    const WorkersShare &share = *static_cast<const WorkersShare *>(argument);
    share.program.run(&share.invocation, worker, share.workerCount);
  }
};

/// The turn of one who wants nothing run.
class Turn {
public:
  explicit Turn(ProgramTurns &turns) : turns(turns) { turns.take(caller); }
  ~Turn() { turns.giveBack(); }

private:
  ProgramTurns &turns;
  ProgramTurns::Caller caller;
};

} // namespace

ProgramRunner::ProgramRunner(const transept_model_table &table, std::uint32_t workerCount,
                             transept_executor_function executor, void *executorContext)
    : table(table),
      workers(workerCount == 0 ? usableCores() : workerCount, executor, executorContext),
      attendance(workers.count()) {}

void ProgramRunner::run(const transept_program &program, transept_invocation &invocation,
                        std::uint64_t keyCount, ProgramRole role) {
  Run run{};
  run.mayBeGuest = role == ProgramRole::Guest;
  run.program = &program;
  run.invocation = &invocation;
  run.keyCount = keyCount;
  run.role = role;
  if (!turns.take(run)) {
    if (run.failure)
      std::rethrow_exception(run.failure);
    return;
  }
  try {
    runInTurn(run);
  } catch (...) {
    turns.giveBack();
    throw;
  }
  turns.giveBack();
}

void ProgramRunner::runInTurn(Run &run) {
  // Who looks at a run looks at all workers.
  if (isProfiling || observer.function)
    return share(run, workerCount(), barrierOf(workerCount()));
  auto start = Attendance::Clock::now();
  std::uint32_t wanted = attendance.workersFor(start);
  Barrier &barrier = barrierOf(wanted);
  barrier.takeSleep(0);
  share(run, wanted, barrier);
  auto end = Attendance::Clock::now();
  attendance.record(end, end - start, barrier.takeSleep(0));
}

Barrier &ProgramRunner::barrierOf(std::uint32_t count) {
  for (Barrier &barrier : barriers)
    if (barrier.count() == count)
      return barrier;
  return barriers.emplace_back(count, patienceFor(count));
}

/// The first `wanted` workers run it.
void ProgramRunner::share(Run &run, std::uint32_t wanted, Barrier &barrier) {
  prepare(run);
  transept_invocation &invocation = *run.invocation;
  invocation.barrier = Barrier::call;
  invocation.barrier_context = &barrier;
  ProgramProfile *profile = isProfiling ? &profileOf(*run.program) : nullptr;
  if (profile)
    profile->begin(invocation);
  ObservedRun observed(observer, table, *run.program, barrier);
  HostedRun hosted(turns, barrier, wanted, prepareGuest, this);
  if (observer.function)
    observed.begin(invocation);
  else if (run.role == ProgramRole::Host && !profile)
    hosted.begin(invocation);
  WorkersShare share{*run.program, invocation, wanted};
  workers.run(WorkersShare::work, &share, wanted);
  invocations.fetch_add(1, std::memory_order_relaxed);
  if (observer.function)
    observed.end();
  if (profile)
    profile->end(invocation);
}

void ProgramRunner::prepareGuest(void *runner, HostedRun::Guest &guest) {
  auto &self = *static_cast<ProgramRunner *>(runner);
  self.prepare(static_cast<Run &>(guest));
  self.invocations.fetch_add(1, std::memory_order_relaxed);
}

void ProgramRunner::prepare(Run &run) {
  const transept_program &program = *run.program;
  transept_invocation &invocation = *run.invocation;
  Memory &memory = memories[std::size_t(run.role)];
  memory.arena.reserve(
      addSizes(program.arena_bytes,
               multiplySizes(program.arena_bytes_per_row, std::uint64_t(invocation.row_count))));
  std::uint64_t stride =
      addSizes(program.scratch_bytes, multiplySizes(program.scratch_bytes_per_key,
                                                    roundUp(run.keyCount, TRANSEPT_KEY_BLOCK)));
  stride = roundUp(stride, 64);
  memory.scratch.reserve(multiplySizes(stride, workerCount()));
  invocation.weights = table.weights;
  invocation.arena = memory.arena.data();
  invocation.scratch = memory.scratch.data();
  invocation.scratch_stride = stride;
  invocation.launch_times = nullptr;
}

void ProgramRunner::setProfiling(bool isEnabled) {
  Turn turn(turns);
  isProfiling = isEnabled;
  if (isEnabled)
    profiles.clear();
}

transept_program_profile ProgramRunner::profile(const transept_program &program,
                                                transept_launch_profile *launches) {
  Turn turn(turns);
  const ProgramProfile &profile = profileOf(program);
  for (std::uint64_t index = 0; launches && index != program.launch_count; ++index)
    launches[index] = profile.launch(index);
  return profile.summary();
}

void ProgramRunner::setObserver(const ProgramObserver &given) {
  Turn turn(turns);
  observer = given;
}

ProgramProfile &ProgramRunner::profileOf(const transept_program &program) {
  for (ProgramProfile &profile : profiles)
    if (&profile.program() == &program)
      return profile;
  return profiles.emplace_back(table, program, workerCount());
}

} // namespace transept::runtime

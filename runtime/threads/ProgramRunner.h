// SPDX-License-Identifier: Apache-2.0
//
// Runs programs on the model's workers, one at a time but for guests of a long one, in memory that
// all sessions share: arena and scratch hold nothing between two invocations, so one of each is
// enough for hosts, and one for guests.
#ifndef TRANSEPT_RUNTIME_THREADS_PROGRAMRUNNER_H
#define TRANSEPT_RUNTIME_THREADS_PROGRAMRUNNER_H

#include "runtime/platform/AlignedMemory.h"
#include "runtime/threads/Attendance.h"
#include "runtime/threads/HostedRun.h"
#include "runtime/threads/ProgramObserver.h"
#include "runtime/threads/ProgramProfile.h"
#include "runtime/threads/Workers.h"

#include <atomic>
#include <deque>

namespace transept::runtime {

/// Whether a program lets others run between its launches, or runs between those of another.
enum class ProgramRole { Host, Guest };

class ProgramRunner {
public:
  /// The table's weights go into every invocation. `workerCount` 0 means usableCores(); without an
  /// executor they are threads of an own team.
  ProgramRunner(const transept_model_table &table, std::uint32_t workerCount,
                transept_executor_function executor = nullptr, void *executorContext = nullptr);

  /// Fills the fields that are the same for all callers and runs. Callers take turns in the order
  /// of asking; a guest does not wait for the end of a host, unless somebody measures or observes.
  /// `keyCount` is the longest sequence that an attention of the program looks at.
  void run(const transept_program &program, transept_invocation &invocation, std::uint64_t keyCount,
           ProgramRole role);

  /// Measures the launches of all runs that begin from now on, from zero; or ends it.
  void setProfiling(bool isEnabled);
  /// What was measured of `program`; `launches` is null or has room for all of them.
  transept_program_profile profile(const transept_program &program,
                                   transept_launch_profile *launches);

  /// Shows the launches of all runs that begin from now on to `observer`; none without a function.
  void setObserver(const ProgramObserver &observer);

  Workers &team() { return workers; }
  std::uint32_t workerCount() const { return workers.count(); }
  std::uint64_t invocationCount() const { return invocations.load(std::memory_order_relaxed); }

private:
  struct Run : HostedRun::Guest {
    std::uint64_t keyCount;
    ProgramRole role;
  };
  struct Memory {
    AlignedMemory arena, scratch;
  };

  void runInTurn(Run &run);
  void share(Run &run, std::uint32_t wanted, Barrier &barrier);
  Barrier &barrierOf(std::uint32_t count);
  void prepare(Run &run);
  static void prepareGuest(void *runner, HostedRun::Guest &guest);
  ProgramProfile &profileOf(const transept_program &program);

  const transept_model_table &table;
  Workers workers;
  Attendance attendance;
  std::deque<Barrier> barriers; // for each number of workers that ran so far
  ProgramTurns turns;
  Memory memories[2]; // by role
  bool isProfiling = false;
  std::vector<ProgramProfile> profiles; // of the programs that have run
  ProgramObserver observer;
  std::atomic<std::uint64_t> invocations{0};
};

} // namespace transept::runtime

#endif

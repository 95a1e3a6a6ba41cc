// SPDX-License-Identifier: Apache-2.0
//
// Runs programs one at a time on the model's worker team, in memory that all sessions share: arena
// and scratch hold nothing between two invocations, so one of each is enough for a model.
#ifndef TRANSEPT_RUNTIME_THREADS_PROGRAMRUNNER_H
#define TRANSEPT_RUNTIME_THREADS_PROGRAMRUNNER_H

#include "runtime/cache/AlignedMemory.h"
#include "runtime/threads/TurnQueue.h"
#include "runtime/threads/WorkerTeam.h"

#include <atomic>

namespace transept::runtime {

class ProgramRunner {
public:
  /// `weights` goes into every invocation. `workerCount` 0 means usableCores().
  ProgramRunner(const void *weights, std::uint32_t workerCount);

  /// Fills the fields that are the same for all callers and runs. Callers take turns in the order
  /// of asking. `keyCount` is the longest sequence that an attention of the program looks at.
  void run(const transept_program &program, transept_invocation &invocation,
           std::uint64_t keyCount);

  std::uint32_t workerCount() const { return team.workerCount(); }
  std::uint64_t invocationCount() const { return invocations.load(std::memory_order_relaxed); }

private:
  const void *weights;
  WorkerTeam team;
  TurnQueue turns;
  AlignedMemory arena;
  AlignedMemory scratch;
  std::atomic<std::uint64_t> invocations{0};
};

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// What a model's programs run on: a team of its own, which other models may share, or an executor
// of the caller's, which may be another model's team.
#ifndef TRANSEPT_RUNTIME_THREADS_WORKERS_H
#define TRANSEPT_RUNTIME_THREADS_WORKERS_H

#include "runtime/threads/TurnQueue.h"
#include "runtime/threads/WorkerTeam.h"

#include <optional>

namespace transept::runtime {

class Workers {
public:
  /// `workerCount` >= 1 workers: threads of an own team, unless `executor` is given.
  Workers(std::uint32_t workerCount, transept_executor_function executor, void *context);

  std::uint32_t count() const { return workerCount; }

  /// Calls function(argument, worker) for workers 0 to `wanted` - 1, at most count(), all at once.
  /// Callers take turns. Throws Error if the executor refuses.
  void run(transept_worker_function function, void *argument, std::uint32_t wanted);

private:
  const std::uint32_t workerCount;
  const transept_executor_function executor;
  void *const context;
  TurnQueue turns; // at the team
  std::optional<WorkerTeam> team;
};

} // namespace transept::runtime

#endif

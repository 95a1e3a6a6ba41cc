// SPDX-License-Identifier: Apache-2.0
//
// What a model's programs run on: a team of its own, which other models may share, or an executor
// of the caller's, which may be another model's team.
#ifndef TRANSEPT_RUNTIME_THREADS_WORKERS_H
#define TRANSEPT_RUNTIME_THREADS_WORKERS_H

#include "runtime/threads/ExecutorRun.h"
#include "runtime/threads/TurnQueue.h"
#include "runtime/threads/WorkerTeam.h"

#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace transept::runtime {

class Workers {
public:
  /// `workerCount` >= 1 workers: threads of an own team, unless `executor` is given.
  Workers(std::uint32_t workerCount, transept_executor_function executor, void *context);

  std::uint32_t count() const { return workerCount; }

  /// Calls function(argument, worker) for workers 0 to `wanted` - 1, at most count(), all at once.
  /// Callers take turns. Throws Error if the executor refuses, throws, or does not call each worker
  /// once before it returns.
  void run(transept_worker_function function, void *argument, std::uint32_t wanted);

private:
  std::unique_ptr<ExecutorRun> takeRun();
  void giveBack(std::unique_ptr<ExecutorRun> run, bool isRight);

  const std::uint32_t workerCount;
  const transept_executor_function executor;
  void *const context;
  TurnQueue turns; // at the team
  std::optional<WorkerTeam> team;
  std::mutex mutex;
  std::vector<std::unique_ptr<ExecutorRun>> idle;
  // Of executors that did not keep to the rules: they may still call a worker of these.
  std::vector<std::unique_ptr<ExecutorRun>> late;
};

} // namespace transept::runtime

#endif

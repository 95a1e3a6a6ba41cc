// SPDX-License-Identifier: Apache-2.0
//
// The threads that run programs. Every worker runs the whole program on its share, so a program
// costs one wake-up and no fork or join per operation. Workers sleep while there is nothing to run.
#ifndef TRANSEPT_RUNTIME_THREADS_WORKERTEAM_H
#define TRANSEPT_RUNTIME_THREADS_WORKERTEAM_H

#include "runtime/platform/WorkerThread.h"
#include "runtime/threads/SleepingWord.h"
#include "transept/abi.h"

#include <deque>
#include <vector>

namespace transept::runtime {

/// How long a thread looks for another of `workerCount` before it sleeps: not at all where they
/// cannot all run at the same time.
SleepingWord::Duration patienceFor(std::uint32_t workerCount);

class WorkerTeam {
public:
  /// A team of `workerCount` >= 1 workers: the thread that calls run, and workerCount - 1 own ones.
  /// Throws Error if the system refuses a thread.
  explicit WorkerTeam(std::uint32_t workerCount);
  ~WorkerTeam();
  WorkerTeam(const WorkerTeam &) = delete;
  WorkerTeam &operator=(const WorkerTeam &) = delete;

  std::uint32_t workerCount() const { return count; }

  /// Calls function(argument, worker) for workers 0 (on this thread) to `wanted` - 1, at most
  /// workerCount(), and returns when all have returned. One caller at a time.
  void run(transept_worker_function function, void *argument, std::uint32_t wanted);

private:
  struct Mailbox {
    SleepingWord started, ended;
    WorkerTeam *team = nullptr;
    std::uint32_t worker = 0;
    std::uint32_t runs = 0; // that this worker was wanted for; the caller's
  };

  static void serve(void *mailbox);
  void spread();
  void stop();

  const std::uint32_t count;
  const SleepingWord::Duration patience;
  // Written before a worker's `started` advances, read after; a null function asks it to end.
  transept_worker_function function = nullptr;
  void *argument = nullptr;
  std::vector<Mailbox> mailboxes; // one for each own thread
  std::deque<WorkerThread> threads;
  int callersProcessor = -1; // which the threads avoid
};

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The threads that run programs. Every worker runs the whole program on its share, so a program
// costs one wake-up and no fork or join per operation. Workers sleep while there is nothing to run.
#ifndef TRANSEPT_RUNTIME_THREADS_WORKERTEAM_H
#define TRANSEPT_RUNTIME_THREADS_WORKERTEAM_H

#include "runtime/threads/Barrier.h"
#include "transept/abi.h"

#include <thread>
#include <vector>

namespace transept::runtime {

class WorkerTeam {
public:
  /// A team of `workerCount` >= 1 workers: the thread that calls run, and workerCount - 1 own ones.
  /// Throws Error if the system refuses a thread.
  explicit WorkerTeam(std::uint32_t workerCount);
  ~WorkerTeam();
  WorkerTeam(const WorkerTeam &) = delete;
  WorkerTeam &operator=(const WorkerTeam &) = delete;

  std::uint32_t workerCount() const { return count; }

  /// Runs one program to its end; sets the invocation's barrier. One caller at a time.
  void run(transept_program_function program, transept_invocation &invocation);

private:
  void serve(std::uint32_t worker);
  void stop();

  const std::uint32_t count;
  const std::uint32_t spins;
  Barrier barrier;
  SleepingWord started;
  // Written before `started` advances, read after; null asks the workers to end.
  transept_program_function program = nullptr;
  const transept_invocation *invocation = nullptr;
  std::vector<std::thread> threads;
};

} // namespace transept::runtime

#endif

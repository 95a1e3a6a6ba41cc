// SPDX-License-Identifier: Apache-2.0
//
// Starting, feeding and ending the worker threads.

#include "runtime/threads/WorkerTeam.h"

#include "runtime/threads/UsableCores.h"
#include "transept/error.h"

#include <csignal>
#include <string>
#include <system_error>

namespace transept::runtime {
namespace {

/// About 100 microseconds of `pause`: longer than the gap between two decode steps, short enough to
/// cost nothing noticeable. With more workers than cores spinning only delays the others.
std::uint32_t spinsFor(std::uint32_t workerCount) {
  return workerCount > usableCores() ? 0 : 2000;
}

} // namespace

WorkerTeam::WorkerTeam(std::uint32_t workerCount)
    : count(workerCount), spins(workerCount == 1 ? 0 : spinsFor(workerCount)),
      barrier(workerCount, spins) {
  // Signals belong to the threads of the program, not to ours: new threads inherit the mask.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    threads.reserve(count - 1);
    for (std::uint32_t worker = 1; worker < count; ++worker)
      threads.emplace_back([this, worker] { serve(worker); });
  } catch (const std::system_error &error) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    std::size_t got = threads.size() + 1;
    stop();
    throw Error(ErrorCode::OutOfMemory, "threads is " + std::to_string(count) +
                                            ", but the system allows only " + std::to_string(got) +
                                            " (" + error.what() + ")");
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

WorkerTeam::~WorkerTeam() {
  stop();
}

void WorkerTeam::stop() {
  program = nullptr;
  started.advance();
  for (std::thread &thread : threads)
    thread.join();
  threads.clear();
}

void WorkerTeam::run(transept_program_function newProgram, transept_invocation &newInvocation) {
  newInvocation.barrier = Barrier::call;
  newInvocation.barrier_context = &barrier;
  program = newProgram;
  invocation = &newInvocation;
  if (count > 1)
    started.advance();
  newProgram(&newInvocation, 0, count);
  barrier.wait();
}

void WorkerTeam::serve(std::uint32_t worker) {
  std::uint32_t seen = 0;
  while (true) {
    started.waitWhile(seen, spins);
    ++seen; // exactly one: the next program cannot start before this worker has ended this one
    if (!program)
      return;
    program(invocation, worker, count);
    barrier.wait();
  }
}

} // namespace transept::runtime

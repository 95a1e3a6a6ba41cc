// SPDX-License-Identifier: Apache-2.0
//
// Lets somebody look at what each launch has written. Programs know nothing of it: observing
// happens at their barriers, where no worker writes and everything since the barrier before is
// still there.
#ifndef TRANSEPT_RUNTIME_THREADS_PROGRAMOBSERVER_H
#define TRANSEPT_RUNTIME_THREADS_PROGRAMOBSERVER_H

#include "runtime/threads/Barrier.h"

#include "transept/abi.h"

#include <exception>

namespace transept::runtime {

struct ProgramObserver {
  transept_observer_function function = nullptr;
  void *context = nullptr;
};

/// Around one run of a program by workers that meet at `barrier`.
class ObservedRun {
public:
  ObservedRun(const ProgramObserver &observer, const transept_model_table &table,
              const transept_program &program, Barrier &barrier)
      : observer(observer), table(table), program(program), barrier(barrier) {}

  /// Puts itself into the place of the barrier.
  void begin(transept_invocation &given);
  /// When all workers are done: the launches behind the last barrier. Throws what the observer
  /// threw, if it did.
  void end();

private:
  /// A transept_barrier_function; `context` is an ObservedRun.
  static void wait(void *context, std::uint32_t worker);
  /// Reports the launches up to the next barrier.
  void observe();

  const ProgramObserver &observer;
  const transept_model_table &table;
  const transept_program &program;
  Barrier &barrier;
  const transept_invocation *invocation = nullptr;
  std::uint64_t next = 0; // launch
  std::exception_ptr thrown;
};

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Around one run of a long program: at its barriers, where all workers meet anyway, they run the
// programs of guests, so that those do not wait for its end.
#ifndef TRANSEPT_RUNTIME_THREADS_HOSTEDRUN_H
#define TRANSEPT_RUNTIME_THREADS_HOSTEDRUN_H

#include "runtime/threads/Barrier.h"
#include "runtime/threads/ProgramTurns.h"

#include "transept/abi.h"

#include <chrono>

namespace transept::runtime {

class HostedRun {
public:
  /// What a guest runs, by all workers of the host.
  struct Guest : ProgramTurns::Caller {
    const transept_program *program = nullptr;
    transept_invocation *invocation = nullptr;
  };
  /// Finds the memory of a guest's invocation; throws where there is none.
  using Prepare = void (*)(void *context, Guest &guest);

  HostedRun(ProgramTurns &turns, Barrier &barrier, std::uint32_t workerCount, Prepare prepare,
            void *context)
      : turns(turns), barrier(barrier), workerCount(workerCount), prepare(prepare),
        context(context) {}

  /// Puts itself into the place of the barrier.
  void begin(transept_invocation &invocation);

private:
  using Clock = std::chrono::steady_clock;

  /// A transept_barrier_function; its first argument is a HostedRun.
  static void wait(void *run, std::uint32_t worker);
  Guest *chooseGuest();
  void serve(Guest &guest, std::uint32_t worker);

  ProgramTurns &turns;
  Barrier &barrier;
  const std::uint32_t workerCount;
  const Prepare prepare;
  void *const context;

  // Of worker 0, which chooses before it arrives at a barrier; the others look behind it. It cannot
  // reach the barrier after the next one, which uses the same place, before they have.
  Guest *guests[2] = {};
  struct alignas(64) Count {
    std::uint32_t barriers = 0;
  };
  std::vector<Count> counts; // [workerCount] each worker's own
  Clock::time_point resumed = Clock::now();
  Clock::duration lastGuest{};
};

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// The barrier between the launches of a program; its static function is what generated code calls.
#ifndef TRANSEPT_RUNTIME_THREADS_BARRIER_H
#define TRANSEPT_RUNTIME_THREADS_BARRIER_H

#include "runtime/threads/SleepingWord.h"

namespace transept::runtime {

class Barrier {
public:
  /// A barrier for `workerCount` threads that look `spins` times before they sleep.
  Barrier(std::uint32_t workerCount, std::uint32_t spins)
      : workerCount(workerCount), spins(spins) {}

  /// Returns when all workers have called it; then it can be used again at once.
  void wait();

  /// wait() as a transept_barrier_function; `context` is the barrier.
  static void call(void *context, std::uint32_t worker);

private:
  const std::uint32_t workerCount;
  const std::uint32_t spins;
  // On lines of their own: arrivals must not disturb those who watch the round.
  alignas(64) std::atomic<std::uint32_t> arrived{0};
  alignas(64) SleepingWord round;
};

} // namespace transept::runtime

#endif

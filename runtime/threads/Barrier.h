// SPDX-License-Identifier: Apache-2.0
//
// The barrier between the launches of a program; its static function is what generated code calls.
// It disseminates: in round r each worker tells the one 2^r further on that it is here, and waits
// for the one 2^r before it. Two workers exchange one cache line each way at the same time; a
// shared counter would pass its line to and fro before the last arrival is known.
#ifndef TRANSEPT_RUNTIME_THREADS_BARRIER_H
#define TRANSEPT_RUNTIME_THREADS_BARRIER_H

#include "runtime/threads/SleepingWord.h"

#include <vector>

namespace transept::runtime {

class Barrier {
public:
  using Duration = SleepingWord::Duration;

  /// A barrier for `workerCount` threads that wait for `patience` at most before they sleep.
  Barrier(std::uint32_t workerCount, Duration patience);

  std::uint32_t count() const { return workerCount; }

  /// Returns when all workers have called it, each with its own number; then it can be used again
  /// at once.
  void wait(std::uint32_t worker);

  /// How long `worker` slept at it since the last call with this worker; that worker's to ask.
  Duration takeSleep(std::uint32_t worker);

  /// wait() as a transept_barrier_function; `context` is the barrier.
  static void call(void *context, std::uint32_t worker);

private:
  struct alignas(64) Worker {
    std::uint32_t waits = 0; // so many so far
    Duration patience{};     // before it sleeps
    Duration slept{};
  };

  const std::uint32_t workerCount;
  const Duration mostPatience;
  std::uint32_t rounds = 0;
  std::vector<Worker> workers;        // each used by its worker alone
  std::vector<SleepingWord> arrivals; // [round][worker it is for]
};

} // namespace transept::runtime

#endif

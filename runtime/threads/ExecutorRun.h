// SPDX-License-Identifier: Apache-2.0
//
// One call of a caller's executor, watched: whoever brings the threads may return before they have
// worked, call a worker twice or not at all, and results would be wrong without a word.
#ifndef TRANSEPT_RUNTIME_THREADS_EXECUTORRUN_H
#define TRANSEPT_RUNTIME_THREADS_EXECUTORRUN_H

#include "transept/abi.h"

#include <atomic>
#include <memory>

namespace transept::runtime {

/// Reused from call to call. It must outlive every call of work, also one that comes too late.
class ExecutorRun {
public:
  /// For calls of at most `workerCount` workers.
  explicit ExecutorRun(std::uint32_t workerCount)
      : claims(std::make_unique<std::atomic<bool>[]>(workerCount)) {}

  /// The next call runs function(argument, worker) for workers 0 to `wanted` - 1.
  void begin(transept_worker_function function, void *argument, std::uint32_t wanted);
  /// A transept_worker_function; `run` is an ExecutorRun. Does nothing after end(). A call for a
  /// worker that there is not or that was called before is a mistake, and runs one that is missing,
  /// if there is one.
  static void work(void *run, std::uint32_t worker);
  /// Waits for the workers that are at work; no other one begins any more.
  void end();

  /// Of the call that has ended: the workers that have run, and the calls that were none of them.
  std::uint32_t completed() const { return done.load(std::memory_order_relaxed); }
  std::uint32_t mistaken() const { return mistakes.load(std::memory_order_relaxed); }

private:
  static constexpr std::uint32_t hasEnded = 1u << 31;

  transept_worker_function function = nullptr;
  void *argument = nullptr;
  std::uint32_t count = 0;
  std::unique_ptr<std::atomic<bool>[]> claims;  // which workers have begun
  std::atomic<std::uint32_t> entered{hasEnded}; // calls that have begun, and whether more may
  std::atomic<std::uint32_t> left{0};           // those of them that are over
  std::atomic<std::uint32_t> done{0}, mistakes{0};
};

} // namespace transept::runtime

#endif

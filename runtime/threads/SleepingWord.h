// SPDX-License-Identifier: Apache-2.0
//
// A 32-bit number that threads can wait on: they spin for a moment, because the next step of a
// program usually comes within microseconds, and then sleep in the kernel, because a thread that
// spins on an oversubscribed machine only delays the one it waits for.
#ifndef TRANSEPT_RUNTIME_THREADS_SLEEPINGWORD_H
#define TRANSEPT_RUNTIME_THREADS_SLEEPINGWORD_H

#include <atomic>
#include <cstdint>

namespace transept::runtime {

class SleepingWord {
public:
  std::uint32_t load() const { return value.load(std::memory_order_acquire); }

  /// Adds 1 and wakes everyone who waits. What the caller wrote before is visible to them.
  void advance();

  /// Returns once the value differs from `old`; looks `spins` times before it sleeps.
  void waitWhile(std::uint32_t old, std::uint32_t spins);

private:
  std::atomic<std::uint32_t> value{0};
  std::atomic<std::uint32_t> sleepers{0};
};

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// Spinning and sleeping, so that no advance is missed between the two.

#include "runtime/threads/SleepingWord.h"

#include "runtime/platform/Futex.h"
#include "runtime/platform/Processor.h"

namespace transept::runtime {

void SleepingWord::advance() {
  // Sequential consistency on both sides: either the waker sees the sleeper, or the sleeper sees
  // the new value before it sleeps.
  value.fetch_add(1, std::memory_order_seq_cst);
  if (sleepers.load(std::memory_order_seq_cst) != 0)
    wakeAll(value);
}

std::chrono::steady_clock::duration SleepingWord::waitFor(std::uint32_t target,
                                                          std::uint32_t spins) {
  if (hasReached(value.load(std::memory_order_acquire), target))
    return {};
  for (std::uint32_t spin = 0; spin < spins; ++spin) {
    pauseProcessor();
    if (hasReached(value.load(std::memory_order_acquire), target))
      return {};
  }
  auto start = std::chrono::steady_clock::now();
  sleepers.fetch_add(1, std::memory_order_seq_cst);
  for (std::uint32_t seen; !hasReached(seen = value.load(std::memory_order_seq_cst), target);)
    sleepWhile(value, seen);
  sleepers.fetch_sub(1, std::memory_order_relaxed);
  return std::chrono::steady_clock::now() - start;
}

} // namespace transept::runtime

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

SleepingWord::Duration SleepingWord::waitFor(std::uint32_t target, Duration patience,
                                             Duration standing) {
  if (hasReached(value.load(std::memory_order_acquire), target) || spin(target, patience))
    return {};
  auto start = std::chrono::steady_clock::now();
  if (stand(target, standing))
    return std::chrono::steady_clock::now() - start;
  sleepers.fetch_add(1, std::memory_order_seq_cst);
  for (std::uint32_t seen; !hasReached(seen = value.load(std::memory_order_seq_cst), target);)
    sleepWhile(value, seen);
  sleepers.fetch_sub(1, std::memory_order_relaxed);
  return std::chrono::steady_clock::now() - start;
}

/// Whether it was reached. Processors pause for very different times, so a clock is asked, seldom.
bool SleepingWord::spin(std::uint32_t target, Duration patience) const {
  constexpr int looksPerTime = 32;
  if (patience <= Duration::zero())
    return false;
  auto start = std::chrono::steady_clock::now();
  do {
    for (int look = 0; look < looksPerTime; ++look) {
      pauseProcessor();
      if (hasReached(value.load(std::memory_order_acquire), target))
        return true;
    }
  } while (std::chrono::steady_clock::now() - start < patience);
  return false;
}

/// Whether it was reached.
bool SleepingWord::stand(std::uint32_t target, Duration standing) const {
  if (standing <= Duration::zero())
    return false;
  auto start = std::chrono::steady_clock::now();
  do {
    yieldProcessor();
    if (hasReached(value.load(std::memory_order_acquire), target))
      return true;
  } while (std::chrono::steady_clock::now() - start < standing);
  return false;
}

} // namespace transept::runtime

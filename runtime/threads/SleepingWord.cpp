// SPDX-License-Identifier: Apache-2.0
//
// Sleeping on a number through Linux futexes. std::atomic::wait is not used: its waiter table is a
// function-local static of the standard library, and it decides by itself how long to spin.

#include "runtime/threads/SleepingWord.h"

#include <climits>
#include <immintrin.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace transept::runtime {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void SleepingWord::advance() {
  // Sequential consistency on both sides: either the waker sees the sleeper, or the sleeper sees
  // the new value before it sleeps.
  value.fetch_add(1, std::memory_order_seq_cst);
  if (sleepers.load(std::memory_order_seq_cst) != 0)
    syscall(SYS_futex, &value, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

bool SleepingWord::waitFor(std::uint32_t target, std::uint32_t spins) {
  if (hasReached(value.load(std::memory_order_acquire), target))
    return false;
  for (std::uint32_t spin = 0; spin != spins; ++spin) {
    _mm_pause();
    if (hasReached(value.load(std::memory_order_acquire), target))
      return false;
  }
  sleepers.fetch_add(1, std::memory_order_seq_cst);
  for (std::uint32_t seen; !hasReached(seen = value.load(std::memory_order_seq_cst), target);)
    syscall(SYS_futex, &value, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
  sleepers.fetch_sub(1, std::memory_order_relaxed);
  return true;
}

} // namespace transept::runtime

// SPDX-License-Identifier: Apache-2.0
//
// Linux futexes. std::atomic::wait is not used: its waiter table is a function-local static of the
// standard library, and it decides by itself how long to spin.

#include "runtime/platform/Futex.h"

#include <climits>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace transept::runtime {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void sleepWhile(std::atomic<std::uint32_t> &word, std::uint32_t seen) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
}

void wakeAll(std::atomic<std::uint32_t> &word) {
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr, 0);
}

} // namespace transept::runtime

// SPDX-License-Identifier: Apache-2.0
//
// Sleeping in the kernel until a number changes.
#ifndef TRANSEPT_RUNTIME_PLATFORM_FUTEX_H
#define TRANSEPT_RUNTIME_PLATFORM_FUTEX_H

#include <atomic>
#include <cstdint>

namespace transept::runtime {

/// Returns when someone wakes the word's sleepers, or at once if it is not `seen` any more; may
/// return without a reason.
void sleepWhile(std::atomic<std::uint32_t> &word, std::uint32_t seen);

/// Wakes every thread that sleeps on the word.
void wakeAll(std::atomic<std::uint32_t> &word);

} // namespace transept::runtime

#endif

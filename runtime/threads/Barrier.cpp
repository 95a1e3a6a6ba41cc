// SPDX-License-Identifier: Apache-2.0
//
// A counting barrier: the last to arrive starts the next round.

#include "runtime/threads/Barrier.h"

namespace transept::runtime {

void Barrier::wait() {
  if (workerCount == 1)
    return;
  // The round cannot end before this worker has arrived, so the value read here is the current one.
  std::uint32_t current = round.load();
  if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == workerCount) {
    arrived.store(0, std::memory_order_relaxed);
    round.advance();
  } else {
    round.waitWhile(current, spins);
  }
}

void Barrier::call(void *context, std::uint32_t) {
  static_cast<Barrier *>(context)->wait();
}

} // namespace transept::runtime

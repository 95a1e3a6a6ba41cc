// SPDX-License-Identifier: Apache-2.0
//
// A lock that is granted in the order of asking: sessions that share a model take turns at its
// worker team, and none can starve another by asking again at once, as std::mutex would allow.
#ifndef TRANSEPT_RUNTIME_THREADS_TURNQUEUE_H
#define TRANSEPT_RUNTIME_THREADS_TURNQUEUE_H

#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace transept::runtime {

/// Usable with std::lock_guard.
class TurnQueue {
public:
  void lock() {
    std::unique_lock guard(mutex);
    std::uint64_t ticket = nextTicket++;
    served.wait(guard, [&] { return serving == ticket; });
  }

  void unlock() {
    {
      std::lock_guard guard(mutex);
      ++serving;
      if (serving == nextTicket)
        return;
    }
    served.notify_all();
  }

private:
  std::mutex mutex;
  std::condition_variable served;
  std::uint64_t nextTicket = 0;
  std::uint64_t serving = 0;
};

} // namespace transept::runtime

#endif

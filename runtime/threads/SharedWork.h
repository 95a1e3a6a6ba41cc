// SPDX-License-Identifier: Apache-2.0
//
// Work that many callers wait for, done by one of them for all: whoever finds nobody at it leads,
// piece by piece, until what it waits for is done, and then hands over to another one that waits. A
// caller alone never waits for another thread.
#ifndef TRANSEPT_RUNTIME_THREADS_SHAREDWORK_H
#define TRANSEPT_RUNTIME_THREADS_SHAREDWORK_H

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <vector>

namespace transept::runtime {

/// One who waits; it must stay where it is until attend() has returned, or it is done.
struct SharedWorkCaller {
  bool isDone = false;
  std::exception_ptr failure = {};
  std::condition_variable changed = {};
};

/// All functions are called with the lock of the mutex that guards the work held.
class SharedWork {
public:
  /// What attend() needs of memory. Throws std::bad_alloc.
  void makeRoom() { waiting.reserve(waiting.size() + 1); }

  /// Returns when the caller is done. `piece(guard)` does a part of everybody's work, releasing the
  /// lock meanwhile, and must not throw. makeRoom() comes before it, under the same lock.
  template <typename Piece>
  void attend(std::unique_lock<std::mutex> &guard, SharedWorkCaller &caller, Piece &&piece) {
    waiting.push_back(&caller);
    while (!caller.isDone) {
      if (isLed) {
        caller.changed.wait(guard);
        continue;
      }
      isLed = true;
      while (!caller.isDone)
        piece(guard);
      isLed = false;
    }
    waiting.erase(std::find(waiting.begin(), waiting.end(), &caller));
    handOver();
  }

  /// What a thread does that waits for nothing of its own: where nobody else would, it leads as
  /// long as `hasWork()`, and it waits otherwise. Returns when `resident` is done.
  template <typename HasWork, typename Piece>
  void reside(std::unique_lock<std::mutex> &guard, SharedWorkCaller &resident, HasWork &&hasWork,
              Piece &&piece) {
    standby = &resident;
    while (!resident.isDone) {
      if (isLed || !waiting.empty() || !hasWork()) {
        resident.changed.wait(guard);
        continue;
      }
      isLed = true;
      while (!resident.isDone && hasWork())
        piece(guard);
      isLed = false;
      handOver();
    }
    standby = nullptr;
  }

  /// Wakes whoever would lead, if nobody does: there is new work that nobody attends.
  void announce() { handOver(); }

  /// Ends the waiting of a caller; it may be gone once the lock is released.
  static void finish(SharedWorkCaller &caller, std::exception_ptr failure = {}) {
    caller.failure = std::move(failure);
    caller.isDone = true;
    caller.changed.notify_all();
  }

private:
  void handOver() {
    if (isLed)
      return;
    if (!waiting.empty())
      waiting.front()->changed.notify_all();
    else if (standby)
      standby->changed.notify_all();
  }

  bool isLed = false;
  std::vector<SharedWorkCaller *> waiting; // in the order of asking; the leader is one of them
  SharedWorkCaller *standby = nullptr;
};

} // namespace transept::runtime

#endif

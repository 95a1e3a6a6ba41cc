// SPDX-License-Identifier: Apache-2.0
//
// Work that many callers wait for, done by one of them for all: whoever finds nobody at it leads,
// piece by piece, until what it waits for is done, and then hands over to another one that waits. A
// caller alone never waits for another thread.
#ifndef TRANSEPT_RUNTIME_THREADS_SHAREDWORK_H
#define TRANSEPT_RUNTIME_THREADS_SHAREDWORK_H

#include "runtime/base/StopRequest.h"

#include <algorithm>
#include <atomic>
#include <chrono>
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

  // A wish to end early is asked for on the caller's own thread, whoever leads.
  StopRequest stop = {};
  std::exception_ptr stopError = {}; // before isStopped
  std::atomic<bool> isStopped = false;

  /// Asks, unless the answer was yes before.
  void askToStop() {
    if (!stop.call || isStopped.load(std::memory_order_relaxed))
      return;
    try {
      stop.check();
    } catch (...) {
      stopError = std::current_exception();
      isStopped.store(true, std::memory_order_release);
    }
  }
};

/// All functions are called with the lock of the mutex that guards the work held.
class SharedWork {
public:
  /// What attend() needs of memory. Throws std::bad_alloc.
  void makeRoom() { waiting.reserve(waiting.size() + 1); }

  /// Returns when the caller is done. `piece(guard)` does a part of everybody's work, releasing the
  /// lock meanwhile, asks whether this caller stops, and must not throw. makeRoom() comes before
  /// it, under the same lock.
  template <typename Piece>
  void attend(std::unique_lock<std::mutex> &guard, SharedWorkCaller &caller, Piece &&piece) {
    waiting.push_back(&caller);
    while (!caller.isDone) {
      if (isLed) {
        await(guard, caller);
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
  /// A stop wakes nobody: whoever may be stopped looks up now and then.
  static void await(std::unique_lock<std::mutex> &guard, SharedWorkCaller &caller) {
    constexpr std::chrono::milliseconds patience(10);
    if (!caller.stop.call)
      return caller.changed.wait(guard);
    if (caller.changed.wait_for(guard, patience) != std::cv_status::timeout)
      return;
    guard.unlock();
    caller.askToStop();
    guard.lock();
  }

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

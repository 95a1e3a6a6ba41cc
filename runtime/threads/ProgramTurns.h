// SPDX-License-Identifier: Apache-2.0
//
// Whose program runs on a model's workers: callers take turns in the order of asking, so that none
// can starve another. Whoever may be a guest need not wait for the end of a long program: the
// workers of one that is a host run the guest's between two of its launches.
#ifndef TRANSEPT_RUNTIME_THREADS_PROGRAMTURNS_H
#define TRANSEPT_RUNTIME_THREADS_PROGRAMTURNS_H

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>

namespace transept::runtime {

class ProgramTurns {
public:
  struct Caller {
    bool mayBeGuest = false;
    std::exception_ptr failure = {}; // of the guest's run
    enum class State { Waiting, Guest, Done } state = State::Waiting;
    std::condition_variable changed = {};
  };

  /// Waits for the turn, to be given back. False where the caller's program has run as a guest
  /// meanwhile, or failed to.
  bool take(Caller &caller);
  void giveBack();

  /// For the host: whether anybody may wait to be a guest; costs a read of memory.
  bool mayHaveGuest() const { return waitingGuests.load(std::memory_order_relaxed) != 0; }
  /// The first who waits to be a guest and from now on is one, or null.
  Caller *takeGuest();
  void endGuest(Caller &guest, std::exception_ptr failure);

private:
  std::mutex mutex;
  bool isTaken = false;
  std::deque<Caller *> waiting; // without those that are guests
  std::atomic<int> waitingGuests{0};
};

} // namespace transept::runtime

#endif

// SPDX-License-Identifier: Apache-2.0
//
// A queue of those who wait; the first is woken when the turn is given back.

#include "runtime/threads/ProgramTurns.h"

#include <algorithm>

namespace transept::runtime {

bool ProgramTurns::take(Caller &caller) {
  std::unique_lock guard(mutex);
  if (!isTaken && waiting.empty()) {
    isTaken = true;
    return true;
  }
  waiting.push_back(&caller);
  waitingGuests += caller.mayBeGuest;
  caller.changed.wait(guard, [&] {
    return caller.state == Caller::State::Done ||
           (caller.state == Caller::State::Waiting && !isTaken && waiting.front() == &caller);
  });
  if (caller.state == Caller::State::Done)
    return false;
  waiting.pop_front();
  waitingGuests -= caller.mayBeGuest;
  isTaken = true;
  return true;
}

void ProgramTurns::giveBack() {
  std::lock_guard guard(mutex);
  isTaken = false;
  if (!waiting.empty())
    waiting.front()->changed.notify_one();
}

ProgramTurns::Caller *ProgramTurns::takeGuest() {
  std::lock_guard guard(mutex);
  auto guest = std::find_if(waiting.begin(), waiting.end(),
                            [](const Caller *each) { return each->mayBeGuest; });
  if (guest == waiting.end())
    return nullptr;
  Caller *found = *guest;
  waiting.erase(guest);
  --waitingGuests;
  found->state = Caller::State::Guest;
  return found;
}

void ProgramTurns::endGuest(Caller &guest, std::exception_ptr failure) {
  std::lock_guard guard(mutex);
  guest.failure = std::move(failure);
  guest.state = Caller::State::Done;
  guest.changed.notify_one();
}

} // namespace transept::runtime

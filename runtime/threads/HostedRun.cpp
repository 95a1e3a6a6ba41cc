// SPDX-License-Identifier: Apache-2.0
//
// Host and guests get equal shares of the time: a step of a guest waits for the host as long as a
// step takes, and the host at least doubles its own time.

#include "runtime/threads/HostedRun.h"

namespace transept::runtime {

void HostedRun::begin(transept_invocation &invocation) {
  counts.resize(workerCount);
  invocation.barrier = wait;
  invocation.barrier_context = this;
}

HostedRun::Guest *HostedRun::chooseGuest() {
  if (!turns.mayHaveGuest() || Clock::now() - resumed < lastGuest)
    return nullptr;
  auto *guest = static_cast<Guest *>(turns.takeGuest());
  if (!guest)
    return nullptr;
  try {
    prepare(context, *guest);
    guest->invocation->barrier = Barrier::call;
    guest->invocation->barrier_context = &barrier;
    return guest;
  } catch (...) {
    turns.endGuest(*guest, std::current_exception());
    return nullptr;
  }
}

void HostedRun::wait(void *context, std::uint32_t worker) {
  auto &run = *static_cast<HostedRun *>(context);
  std::uint32_t place = run.counts[worker].barriers++ % 2;
  if (worker == 0)
    run.guests[place] = run.chooseGuest();
  run.barrier.wait(worker);
  if (Guest *guest = run.guests[place])
    run.serve(*guest, worker);
}

void HostedRun::serve(Guest &guest, std::uint32_t worker) {
  Clock::time_point start = Clock::now();
  guest.program->run(guest.invocation, worker, workerCount);
  barrier.wait(worker);
  if (worker != 0)
    return;
  resumed = Clock::now();
  lastGuest = resumed - start;
  turns.endGuest(guest, nullptr);
}

} // namespace transept::runtime

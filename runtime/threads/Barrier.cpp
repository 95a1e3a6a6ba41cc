// SPDX-License-Identifier: Apache-2.0
//
// How long a worker spins adapts to what spinning was good for.

#include "runtime/threads/Barrier.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace transept::runtime {

Barrier::Barrier(std::uint32_t workerCount, std::uint32_t spins)
    : workerCount(workerCount), maximumSpins(spins),
      rounds(std::uint32_t(std::bit_width(workerCount - 1))),
      workers(workerCount, Worker{.spins = spins}), arrivals(rounds * workerCount) {}

void Barrier::wait(std::uint32_t worker) {
  Worker &own = workers[worker];
  ++own.waits;
  std::chrono::steady_clock::duration slept{};
  for (std::uint32_t round = 0; round < rounds; ++round) {
    std::uint32_t other = worker + (1u << round);
    other = other >= workerCount ? other - workerCount : other;
    arrivals[round * workerCount + other].advance();
    slept += arrivals[round * workerCount + worker].waitFor(own.waits, own.spins);
  }
  // A worker that others keep from its processor comes late every time: spinning would only burn
  // time that it could use. One that slept once by chance is patient again soon.
  own.spins =
      slept.count() != 0 ? own.spins / 2 : std::min(maximumSpins, own.spins + own.spins / 8 + 8);
  own.slept += slept;
}

std::chrono::steady_clock::duration Barrier::takeSleep(std::uint32_t worker) {
  return std::exchange(workers[worker].slept, {});
}

void Barrier::call(void *context, std::uint32_t worker) {
  static_cast<Barrier *>(context)->wait(worker);
}

} // namespace transept::runtime

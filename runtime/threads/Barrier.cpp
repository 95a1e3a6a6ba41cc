// SPDX-License-Identifier: Apache-2.0
//
// How long a worker spins adapts to what spinning was good for.

#include "runtime/threads/Barrier.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace transept::runtime {
namespace {

constexpr std::chrono::microseconds slice(300);

} // namespace

Barrier::Barrier(std::uint32_t workerCount, Duration patience)
    : workerCount(workerCount), mostPatience(patience),
      rounds(std::uint32_t(std::bit_width(workerCount - 1))),
      workers(workerCount, Worker{.patience = patience}), arrivals(rounds * workerCount) {}

void Barrier::wait(std::uint32_t worker) {
  Worker &own = workers[worker];
  ++own.waits;
  Duration slept{};
  for (std::uint32_t round = 0; round < rounds; ++round) {
    std::uint32_t other = worker + (1u << round);
    other = other >= workerCount ? other - workerCount : other;
    arrivals[round * workerCount + other].advance();
    slept += arrivals[round * workerCount + worker].waitFor(
        own.waits, own.patience, SleepingWord::standingFor(mostPatience));
  }
  // A worker that others keep from its processor comes late every time, by a slice of the
  // scheduler: spinning would only burn time that it could use. After a shorter sleep the other
  // worker was on its way, and more patience would have spared the sleep, which itself takes tens
  // of microseconds.
  own.patience =
      slept >= slice
          ? own.patience / 2
          : std::min(mostPatience, own.patience + own.patience / 8 + std::chrono::microseconds(1));
  own.slept += slept;
}

Barrier::Duration Barrier::takeSleep(std::uint32_t worker) {
  return std::exchange(workers[worker].slept, {});
}

void Barrier::call(void *context, std::uint32_t worker) {
  static_cast<Barrier *>(context)->wait(worker);
}

} // namespace transept::runtime

// SPDX-License-Identifier: Apache-2.0
//
// Programs that run between the launches of a longer one.

#include "runtime/threads/ProgramRunner.h"

#include <gtest/gtest.h>
#include <thread>

namespace transept::tests {
namespace {

using namespace runtime;

std::atomic<int> guestRuns, hostWorkers;
std::atomic<bool> isHostRunning, sawGuest;

/// Meets at barriers until a guest has run, or too long.
void waitForGuest(const transept_invocation *invocation, std::uint32_t worker, std::uint32_t) {
  ++hostWorkers;
  isHostRunning = true;
  // All workers look at the same moment: the first one says what they see.
  static std::atomic<bool> isOver;
  isOver = false;
  for (int barrier = 0; barrier < 100000000; ++barrier) {
    if (worker == 0)
      isOver = guestRuns == 5;
    invocation->barrier(invocation->barrier_context, worker);
    if (isOver)
      break;
    invocation->barrier(invocation->barrier_context, worker);
  }
  if (worker == 0) {
    sawGuest = guestRuns == 5;
    isHostRunning = false;
  }
}

/// Uses the barrier, and memory that nobody else writes.
void runAsGuest(const transept_invocation *invocation, std::uint32_t worker, std::uint32_t count) {
  auto *arena = static_cast<std::uint32_t *>(invocation->arena);
  arena[worker] = worker + 1;
  invocation->barrier(invocation->barrier_context, worker);
  std::uint32_t sum = 0;
  for (std::uint32_t other = 0; other < count; ++other)
    sum += arena[other];
  EXPECT_EQ(sum, count * (count + 1) / 2);
  invocation->barrier(invocation->barrier_context, worker);
  arena[worker] = 0;
  if (worker == 0)
    ++guestRuns;
}

/// Runs it on a thread of its own, and returns when it runs.
std::thread startHost(ProgramRunner &runner, const transept_program &host) {
  std::thread caller([&] {
    transept_invocation invocation{};
    runner.run(host, invocation, 0, ProgramRole::Host);
  });
  while (!isHostRunning)
    std::this_thread::yield();
  return caller;
}

/// As often as the host waits for.
void runGuests(ProgramRunner &runner, const transept_program &guest) {
  for (int run = 0; run < 5; ++run) {
    transept_invocation invocation{};
    runner.run(guest, invocation, 0, ProgramRole::Guest);
  }
}

class Hosted : public testing::TestWithParam<std::uint32_t> {};

TEST_P(Hosted, GuestsRunBetweenTheLaunchesOfAHost) {
  guestRuns = hostWorkers = 0;
  sawGuest = false;
  transept_model_table table{};
  transept_program host{}, guest{};
  host.run = waitForGuest;
  guest.run = runAsGuest;
  host.arena_bytes = guest.arena_bytes = 4096;
  ProgramRunner runner(table, GetParam());
  std::thread caller = startHost(runner, host);
  runGuests(runner, guest);
  caller.join();
  EXPECT_TRUE(sawGuest);
  EXPECT_EQ(std::uint32_t(hostWorkers), GetParam());
  EXPECT_EQ(runner.invocationCount(), 6u);
}

TEST_P(Hosted, AGuestWithoutMemoryFailsAlone) {
  guestRuns = 0;
  transept_model_table table{};
  transept_program host{}, guest{}, impossible{};
  host.run = waitForGuest;
  guest.run = impossible.run = runAsGuest;
  guest.arena_bytes = 4096;
  impossible.arena_bytes = UINT64_MAX / 2;
  ProgramRunner runner(table, GetParam());
  std::thread caller = startHost(runner, host);
  transept_invocation invocation{};
  EXPECT_THROW(runner.run(impossible, invocation, 0, ProgramRole::Guest), std::bad_alloc);
  EXPECT_TRUE(isHostRunning);
  runGuests(runner, guest);
  caller.join();
}

using Clock = std::chrono::steady_clock;
struct Span {
  Clock::time_point begin, end;
};
std::vector<Span> guestSpans; // of worker 0

void sleepAsGuest(const transept_invocation *, std::uint32_t worker, std::uint32_t) {
  if (worker != 0)
    return;
  Clock::time_point begin = Clock::now();
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  guestSpans.push_back({begin, Clock::now()});
  ++guestRuns;
}

TEST_P(Hosted, AHostGoesOnForAsLongAsAGuestTookBeforeTheNext) {
  guestRuns = 0;
  guestSpans.clear();
  transept_model_table table{};
  transept_program host{}, guest{};
  host.run = waitForGuest;
  guest.run = sleepAsGuest;
  ProgramRunner runner(table, GetParam());
  std::thread caller = startHost(runner, host);
  runGuests(runner, guest);
  caller.join();
  ASSERT_EQ(guestSpans.size(), 5u);
  for (std::size_t index = 1; index < guestSpans.size(); ++index) {
    const Span &last = guestSpans[index - 1];
    EXPECT_GE(guestSpans[index].begin - last.end, last.end - last.begin) << index;
  }
}

INSTANTIATE_TEST_SUITE_P(Workers, Hosted, testing::Values(1, 2, 3));

} // namespace
} // namespace transept::tests

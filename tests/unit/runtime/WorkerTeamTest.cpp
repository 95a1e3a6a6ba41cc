// SPDX-License-Identifier: Apache-2.0
//
// Workers, barriers and core counting.

#include "runtime/threads/WorkerTeam.h"
#include "runtime/threads/TurnQueue.h"
#include "runtime/threads/UsableCores.h"

#include <chrono>
#include <ctime>
#include <gtest/gtest.h>

namespace transept::runtime {
namespace {

struct Counters {
  std::vector<int> perWorker;
  int rounds = 50;
  std::atomic<int> mismatches{0};
};

/// Every worker writes its own cell, waits, and checks that all others are as far.
void countRounds(const transept_invocation *invocation, std::uint32_t worker,
                 std::uint32_t workerCount) {
  auto &counters = *static_cast<Counters *>(invocation->arena);
  for (int round = 0; round != counters.rounds; ++round) {
    ++counters.perWorker[worker];
    invocation->barrier(invocation->barrier_context, worker);
    for (std::uint32_t other = 0; other != workerCount; ++other)
      counters.mismatches += counters.perWorker[other] != counters.perWorker[worker];
    invocation->barrier(invocation->barrier_context, worker);
  }
}

TEST(WorkerTeam, KeepsWorkersInStepEvenWhenOversubscribed) {
  for (std::uint32_t count : {1u, 2u, 3u, 9u}) {
    WorkerTeam team(count);
    Counters counters{std::vector<int>(count)};
    transept_invocation invocation{};
    invocation.arena = &counters;
    for (int program = 0; program != 20; ++program)
      team.run(countRounds, invocation);
    EXPECT_EQ(counters.mismatches, 0);
    for (int value : counters.perWorker)
      EXPECT_EQ(value, 20 * counters.rounds);
  }
}

TEST(WorkerTeam, UsesNoProcessorWhileIdle) {
  WorkerTeam team(4);
  Counters counters{std::vector<int>(4)};
  transept_invocation invocation{};
  invocation.arena = &counters;
  team.run(countRounds, invocation);
  std::this_thread::sleep_for(std::chrono::milliseconds(20)); // they have gone to sleep
  std::clock_t before = std::clock();
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  EXPECT_LT(double(std::clock() - before) / CLOCKS_PER_SEC, 0.05);
}

TEST(WorkerTeam, EndsWithoutHavingRun) {
  for (int repeat = 0; repeat != 50; ++repeat)
    WorkerTeam team(3);
}

TEST(TurnQueue, GrantsTurnsOneAtATimeInOrder) {
  TurnQueue queue;
  int inside = 0, total = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread != 4; ++thread)
    threads.emplace_back([&] {
      for (int repeat = 0; repeat != 500; ++repeat) {
        std::lock_guard turn(queue);
        EXPECT_EQ(++inside, 1);
        ++total;
        --inside;
      }
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(total, 2000);
}

TEST(UsableCores, ReadsQuotas) {
  EXPECT_EQ(coresOfQuota("max 100000"), 0u);
  EXPECT_EQ(coresOfQuota("200000 100000\n"), 2u);
  EXPECT_EQ(coresOfQuota("150000 100000"), 2u);
  EXPECT_EQ(coresOfQuota("1000 100000"), 1u);
  EXPECT_EQ(coresOfQuota("-1 100000"), 0u);
  EXPECT_EQ(coresOfQuota(""), 0u);
}

TEST(UsableCores, AreAtLeastOneAndWithinTheAffinityMask) {
  EXPECT_GE(usableCores(), 1u);
  cpu_set_t before, one;
  ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
  CPU_ZERO(&one);
  for (int processor = 0; CPU_COUNT(&one) == 0; ++processor)
    if (CPU_ISSET(processor, &before))
      CPU_SET(processor, &one);
  ASSERT_EQ(sched_setaffinity(0, sizeof(one), &one), 0);
  EXPECT_EQ(usableCores(), 1u);
  sched_setaffinity(0, sizeof(before), &before);
}

} // namespace
} // namespace transept::runtime

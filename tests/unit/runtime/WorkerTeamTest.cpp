// SPDX-License-Identifier: Apache-2.0
//
// Workers, barriers and core counting.

#include "runtime/threads/WorkerTeam.h"
#include "runtime/platform/UsableCores.h"
#include "runtime/threads/Barrier.h"
#include "runtime/threads/TurnQueue.h"

#include <chrono>
#include <gtest/gtest.h>
#include <mutex>
#include <sys/resource.h>

namespace transept::runtime {
namespace {

/// Every worker writes its own cell, waits, and checks that all others are as far.
struct Rounds {
  explicit Rounds(std::uint32_t count, int rounds = 50)
      : perWorker(count), rounds(rounds), barrier(count, patienceFor(count)) {}

  static void work(void *argument, std::uint32_t worker) {
    Rounds &self = *static_cast<Rounds *>(argument);
    for (int round = 0; round < self.rounds; ++round) {
      ++self.perWorker[worker];
      Barrier::call(&self.barrier, worker);
      for (int other : self.perWorker)
        self.mismatches += other != self.perWorker[worker];
      Barrier::call(&self.barrier, worker);
    }
  }

  std::vector<int> perWorker;
  int rounds;
  std::atomic<int> mismatches{0};
  Barrier barrier;
};

double processorSeconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  auto seconds = [](const timeval &time) {
    return double(time.tv_sec) + double(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

TEST(WorkerTeam, KeepsWorkersInStepEvenWhenOversubscribed) {
  for (std::uint32_t count : {1u, 2u, 3u, 5u, 9u, 16u}) {
    WorkerTeam team(count);
    Rounds rounds(count);
    for (int run = 0; run < 20; ++run)
      team.run(Rounds::work, &rounds, count);
    EXPECT_EQ(rounds.mismatches, 0);
    for (int value : rounds.perWorker)
      EXPECT_EQ(value, 20 * rounds.rounds);
  }
}

TEST(WorkerTeam, EndsWithFourThreadsForEachProcessor) {
  std::uint32_t count = 4 * std::thread::hardware_concurrency();
  EXPECT_EQ(patienceFor(count).count(), 0);
  WorkerTeam team(count);
  Rounds rounds(count, /*rounds=*/300);
  team.run(Rounds::work, &rounds, count);
  EXPECT_EQ(rounds.mismatches, 0);
  for (int value : rounds.perWorker)
    EXPECT_EQ(value, rounds.rounds);
}

TEST(WorkerTeam, RunsOnFewerWorkersThanItHas) {
  WorkerTeam team(6);
  for (std::uint32_t wanted : {1u, 4u, 6u, 2u, 1u, 5u, 6u}) {
    Rounds rounds(wanted, /*rounds=*/20);
    team.run(Rounds::work, &rounds, wanted);
    EXPECT_EQ(rounds.mismatches, 0);
    EXPECT_EQ(rounds.perWorker, std::vector<int>(wanted, 20));
  }
}

TEST(WorkerTeam, UsesNoProcessorWhileIdle) {
  WorkerTeam team(4);
  Rounds rounds(4);
  team.run(Rounds::work, &rounds, 4);
  std::this_thread::sleep_for(std::chrono::milliseconds(20)); // they have gone to sleep
  double before = processorSeconds();
  std::this_thread::sleep_for(std::chrono::seconds(1));
  EXPECT_LT(processorSeconds() - before, 0.05);
}

TEST(WorkerTeam, EndsWithoutHavingRun) {
  for (int repeat = 0; repeat < 50; ++repeat)
    WorkerTeam team(3);
}

TEST(Barrier, HoldsBackEveryWorkerUntilTheLastIsThere) {
  for (std::uint32_t count : {2u, 3u, 7u, 8u}) {
    Barrier barrier(count, std::chrono::microseconds(1));
    std::atomic<bool> isLastThere{false};
    std::atomic<int> early{0};
    std::vector<std::thread> threads;
    for (std::uint32_t worker = 0; worker + 1 < count; ++worker)
      threads.emplace_back([&, worker] {
        barrier.wait(worker);
        early += !isLastThere;
      });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    isLastThere = true;
    barrier.wait(count - 1);
    for (std::thread &thread : threads)
      thread.join();
    EXPECT_EQ(early, 0) << count << " workers";
  }
}

TEST(TurnQueue, GrantsTurnsOneAtATimeInOrder) {
  TurnQueue queue;
  int inside = 0, total = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int repeat = 0; repeat < 500; ++repeat) {
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
  EXPECT_EQ(coresOfQuota("max 100000"), 0);
  EXPECT_EQ(coresOfQuota("200000 100000\n"), 2);
  EXPECT_EQ(coresOfQuota("150000 100000"), 1.5);
  EXPECT_EQ(coresOfQuota("1000 100000"), 0.01);
  EXPECT_EQ(coresOfQuota("-1 100000"), 0);
  EXPECT_EQ(coresOfQuota(""), 0);
}

TEST(UsableCores, FindsTheProcessInItsControlGroups) {
  const char *both =
      "12:cpuset:/sets\n4:cpu,cpuacct:/jobs/first\n1:name=systemd:/user\n0::/unified\n";
  EXPECT_EQ(controlGroupPath(both, ""), "/unified");
  EXPECT_EQ(controlGroupPath(both, "cpu"), "/jobs/first");
  EXPECT_EQ(controlGroupPath("3:cpuset:/sets\n", "cpu"), "");
  EXPECT_EQ(controlGroupPath("0::/\n", ""), "/");
  EXPECT_EQ(controlGroupPath("0::/a:b", ""), "/a:b");
  EXPECT_EQ(controlGroupPath("", ""), "");
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
  EXPECT_EQ(undisturbedProcessors(), 1u);
  EXPECT_EQ(patienceFor(2).count(), 0) << "two threads on one processor must not spin";
  sched_setaffinity(0, sizeof(before), &before);
}

} // namespace
} // namespace transept::runtime

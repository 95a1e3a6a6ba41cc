// SPDX-License-Identifier: Apache-2.0
//
// Which workers take part in runs, by how late they were: in made-up time, and with one that is
// late on purpose.

#include "runtime/threads/ProgramRunner.h"

#include <gtest/gtest.h>
#include <thread>

namespace transept::tests {
namespace {

using namespace runtime;
using namespace std::chrono_literals;
using Clock = Attendance::Clock;

/// Runs of a machine whose workers are late, or not.
struct Machine {
  explicit Machine(std::uint32_t workerCount) : attendance(workerCount) {}

  /// Workers of the next run, which takes `alone` with one of them; each further one that is late
  /// makes it wait three times as long again.
  std::uint32_t run(Clock::duration alone, std::uint32_t lateFrom = UINT32_MAX) {
    std::uint32_t workers = attendance.workersFor(now);
    Clock::duration busy = alone / workers, slept = workers > lateFrom ? 3 * alone : 0ns;
    now += busy + slept;
    attendance.record(now, busy + slept, slept);
    return workers;
  }

  Attendance attendance;
  Clock::time_point now{};
};

TEST(Attendance, IsCompleteWhileNobodyIsLate) {
  Machine machine(4);
  for (int run = 0; run < 1000; ++run)
    EXPECT_EQ(machine.run(1ms), 4u);
}

TEST(Attendance, ToleratesWaitingThatSharesStillMakeUpFor) {
  Attendance attendance(2);
  Clock::time_point now{};
  for (int run = 0; run < 100; ++run) {
    EXPECT_EQ(attendance.workersFor(now), 2u);
    attendance.record(now += 10ms, 10ms, 4ms);
  }
}

TEST(Attendance, LeavesOutALateWorkerAfterAFewRuns) {
  Machine machine(2);
  int runsOfTwo = 0;
  for (int run = 0; run < 10; ++run)
    runsOfTwo += machine.run(1ms, /*lateFrom=*/1) == 2;
  EXPECT_LE(runsOfTwo, 5);
}

TEST(Attendance, MissesAWorkerThatWasLateOnceForAShortTimeOnly) {
  Machine machine(2);
  while (machine.run(1ms, /*lateFrom=*/1) == 2)
    ;
  Clock::time_point freed = machine.now;
  while (machine.run(1ms) != 2)
    ASSERT_LE(machine.now - freed, 100ms);
}

TEST(Attendance, SparesAWorkerThatIsLateForAMoment) {
  Machine machine(2);
  for (int run = 0; run < 100; ++run) {
    bool isLate = run % 20 == 7 || run % 20 == 8;
    EXPECT_EQ(machine.run(1ms, isLate ? 1 : UINT32_MAX), 2u) << run;
  }
}

TEST(Attendance, AWorkerThatStaysLateCostsASmallPartOfTheTime) {
  for (Clock::duration alone :
       {Clock::duration(200us), Clock::duration(2ms), Clock::duration(500ms)}) {
    Machine machine(2);
    Clock::duration work{};
    for (int run = 0; run < 2000; ++run, work += alone)
      machine.run(alone, /*lateFrom=*/1);
    EXPECT_LE(machine.now - Clock::time_point(), work * 115 / 100) << alone / 1us << " us";
  }
}

TEST(Attendance, IsCompleteAgainSoonAfterAWorkerIsOnTime) {
  Machine machine(2);
  for (int run = 0; run < 5000; ++run)
    machine.run(1ms, /*lateFrom=*/1);
  Clock::time_point freed = machine.now;
  while (machine.run(1ms) != 2)
    ASSERT_LE(machine.now - freed, 3s);
  for (int run = 0; run < 100; ++run)
    EXPECT_EQ(machine.run(1ms), 2u);
}

TEST(Attendance, HalvesTheWorkersUntilThoseThatAreLeftAreOnTime) {
  Machine machine(12);
  std::uint32_t workers = 0;
  int runsOfThree = 0;
  for (int run = 0; run < 1000; ++run)
    runsOfThree += machine.run(2ms, /*lateFrom=*/3) == 3;
  EXPECT_GE(runsOfThree, 950);
  for (int run = 0; run < 5000; ++run)
    workers = machine.run(2ms);
  EXPECT_EQ(workers, 12u);
}

std::atomic<std::uint32_t> workersOfRun;

/// Worker 1 comes to the barrier long after the others.
void runLate(const transept_invocation *invocation, std::uint32_t worker, std::uint32_t count) {
  workersOfRun = count;
  if (worker == 1)
    std::this_thread::sleep_for(5ms);
  invocation->barrier(invocation->barrier_context, worker);
}

TEST(Attendance, ProgramsRunWithoutAWorkerThatIsLate) {
  transept_model_table table{};
  transept_program program{};
  program.run = runLate;
  ProgramRunner runner(table, 2);
  auto workersOfNext = [&] {
    transept_invocation invocation{};
    runner.run(program, invocation, 0, ProgramRole::Guest);
    return std::uint32_t(workersOfRun);
  };
  EXPECT_EQ(workersOfNext(), 2u);
  std::uint32_t workers = 2;
  for (int run = 0; run < 20 && workers == 2; ++run)
    workers = workersOfNext();
  EXPECT_EQ(workers, 1u);
}

} // namespace
} // namespace transept::tests

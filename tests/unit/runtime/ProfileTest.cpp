// SPDX-License-Identifier: Apache-2.0
//
// What a profile adds up, with a program that writes known time stamps.

#include "runtime/threads/ProgramRunner.h"

#include <gtest/gtest.h>
#include <x86intrin.h>

namespace transept::runtime {
namespace {

constexpr transept_row_step kSteps[] = {{3, 2, 2, 0, 0, 0, 0, 0}, {1, 1, 0, 2, 0, 0, 0, 0}};

constexpr transept_launch kLaunches[] = {
    {"stem", "linear", TRANSEPT_ROWS_BEFORE_STEP + 1, TRANSEPT_KEYS_NONE, 0, 0, 1000, 10, 0, 7, 0},
    {"", "barrier", 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"causal", "attend", TRANSEPT_ROWS_ALL, TRANSEPT_KEYS_UP_TO_ROW, 0, 0, 0, 1, 100, 0, 3},
    {"self", "attend", TRANSEPT_ROWS_ALL, TRANSEPT_KEYS_OF_SEQUENCE, 0, 0, 0, 1, 100, 0, 3},
    {"cross", "attend", TRANSEPT_ROWS_ALL, TRANSEPT_KEYS_OF_SOURCE, 0, 0, 0, 1, 100, 0, 3},
    {"logits", "search", TRANSEPT_ROWS_REQUESTED, TRANSEPT_KEYS_NONE, 0, 0, 5000, 20, 0, 9, 0},
    {"local", "attend", TRANSEPT_ROWS_ALL, TRANSEPT_KEYS_UP_TO_ROW, 0, TRANSEPT_WINDOW(4, 0), 0, 1,
     100, 0, 3},
    {"blocks", "sum_blocks", TRANSEPT_ROWS_OF_BLOCKS + 2, TRANSEPT_KEYS_NONE, 0, 0, 0, 10, 0, 0, 0},
    {"others", "attend", TRANSEPT_ROWS_ALL, TRANSEPT_KEYS_OF_ROWS + TRANSEPT_ROWS_OF_BLOCKS + 2, 0,
     0, 0, 1, 100, 0, 3},
    {"global", "attend", TRANSEPT_ROWS_REQUESTED, TRANSEPT_KEYS_OF_ROWS + TRANSEPT_ROWS_ALL, 0, 0,
     0, 1, 100, 0, 3},
    {"lines", "linear", TRANSEPT_ROWS_OF_NUMBER + 7, TRANSEPT_KEYS_NONE, 0, 0, 0, 10, 0, 0, 0},
};
constexpr std::size_t kCount = std::size(kLaunches);

bool wasMeasured = false;

/// Worker w says that launch i took (w + 1) * 1000 * i ticks.
void writeStamps(const transept_invocation *invocation, std::uint32_t worker, std::uint32_t) {
  if (worker == 0)
    wasMeasured = invocation->launch_times;
  // Time passes, so that a tick has a length.
  for (std::uint64_t start = __rdtsc(); __rdtsc() - start < 100000;)
    _mm_pause();
  if (!invocation->launch_times)
    return;
  std::uint64_t *stamps = invocation->launch_times + worker * (kCount + 1);
  stamps[0] = 5000000;
  for (std::size_t launch = 0; launch < kCount; ++launch)
    stamps[launch + 1] = stamps[launch] + (worker + 1) * 1000 * launch;
}

class Profile : public testing::Test {
protected:
  Profile() {
    program.run = writeStamps;
    program.launches = kLaunches;
    program.launch_count = kCount;
    table.row_steps = kSteps;
    table.row_step_count = std::size(kSteps);
    invocation.row_count = 5;
    invocation.feature_count = 11; // 6 after the first step, 8 after the second
    invocation.requested_count = 2;
    invocation.sequence_count = 2;
    invocation.sequence_offsets = sequenceOffsets;
    invocation.past_lengths = pastLengths;
    invocation.source_count = 1;
    invocation.source_offsets = sourceOffsets;
    invocation.source_lengths = sourceLengths;
  }

  transept_program program{};
  transept_model_table table{};
  transept_invocation invocation{};
  std::int64_t sequenceOffsets[3] = {0, 3, 5}, pastLengths[2] = {10, 0};
  std::int64_t sourceOffsets[2] = {0, 5}, sourceLengths[1] = {17};
};

TEST_F(Profile, MeasuresNothingUnlessAsked) {
  ProgramRunner runner(table, 2);
  runner.run(program, invocation, 16, ProgramRole::Host);
  EXPECT_FALSE(wasMeasured);
  EXPECT_EQ(runner.profile(program, nullptr).invocations, 0u);
  runner.setProfiling(true);
  runner.run(program, invocation, 16, ProgramRole::Host);
  EXPECT_TRUE(wasMeasured);
  runner.setProfiling(false);
  runner.run(program, invocation, 16, ProgramRole::Host);
  EXPECT_FALSE(wasMeasured);
  EXPECT_EQ(runner.profile(program, nullptr).invocations, 1u);
  runner.setProfiling(true);
  EXPECT_EQ(runner.profile(program, nullptr).invocations, 0u);
}

TEST_F(Profile, AddsUpTimesOfWorkersAndRuns) {
  ProgramRunner runner(table, 3);
  runner.setProfiling(true);
  runner.run(program, invocation, 16, ProgramRole::Host);
  runner.run(program, invocation, 16, ProgramRole::Host);
  transept_launch_profile launches[kCount];
  transept_program_profile summary = runner.profile(program, launches);
  EXPECT_EQ(summary.invocations, 2u);
  EXPECT_EQ(summary.rows, 10u);
  EXPECT_EQ(summary.workers, 3u);
  EXPECT_GT(summary.nanoseconds, 0u);
  EXPECT_EQ(launches[0].nanoseconds, 0u);
  // Of 6000 ticks in each run, which lasts 100000 or more.
  EXPECT_GT(launches[1].nanoseconds, 0u);
  EXPECT_LE(launches[1].nanoseconds, summary.nanoseconds * 6 / 100 + 1);
  // Workers take 1, 2 and 3 parts of a launch's time, 6 together; a launch twice as long takes
  // twice as many. No barrier lies between: from the first one's start to the last one's end it is
  // 3 i (i + 1) / 2 - i (i - 1) / 2 of these parts. Lengths are rounded to nanoseconds.
  for (std::size_t launch = 1; launch < kCount; ++launch) {
    EXPECT_NEAR(double(launches[launch].nanoseconds), double(launch * launches[1].nanoseconds),
                double(launch + 1));
    double parts = double(launch * (launch + 2));
    EXPECT_NEAR(double(launches[launch].longest_nanoseconds) * 6,
                double(launches[1].nanoseconds) * parts, 6 + parts);
  }
}

TEST_F(Profile, CountsWhatLaunchesReadAndCompute) {
  ProgramRunner runner(table, 1);
  runner.setProfiling(true);
  runner.run(program, invocation, 16, ProgramRole::Host);
  transept_launch_profile launches[kCount];
  runner.profile(program, launches);
  EXPECT_EQ(launches[0].weight_bytes, 1000u); // 6 rows
  EXPECT_EQ(launches[0].row_bytes, 60u);
  EXPECT_EQ(launches[0].operations, 42u);
  EXPECT_EQ(launches[1].weight_bytes + launches[1].row_bytes + launches[1].operations, 0u);
  // Rows at positions 10, 11, 12 of one sequence and 0, 1 of the other.
  EXPECT_EQ(launches[2].key_bytes, (13 + 2) * 100u);
  EXPECT_EQ(launches[2].operations, (11 + 12 + 13 + 1 + 2) * 3u);
  EXPECT_EQ(launches[3].operations, (3 * 13 + 2 * 2) * 3u);
  EXPECT_EQ(launches[4].key_bytes, 17 * 100u);
  EXPECT_EQ(launches[4].operations, 5 * 17 * 3u);
  EXPECT_EQ(launches[5].operations, 2 * 9u);
  // 4 keys before each row and itself: 6 to 12 of one sequence, all of the other.
  EXPECT_EQ(launches[6].key_bytes, (7 + 2) * 100u);
  EXPECT_EQ(launches[6].operations, (5 + 5 + 5 + 1 + 2) * 3u);
  // Two whole blocks of two rows, all of which five rows look at; two rows look at all five.
  EXPECT_EQ(launches[7].row_bytes, 2 * 10u);
  EXPECT_EQ(launches[8].key_bytes, 2 * 100u);
  EXPECT_EQ(launches[8].operations, 5 * 2 * 3u);
  EXPECT_EQ(launches[9].key_bytes, 5 * 100u);
  EXPECT_EQ(launches[9].operations, 2 * 5 * 3u);
  EXPECT_EQ(launches[10].row_bytes, 2 * 7 * 10u) << "seven rows of each sequence";

  invocation.requested_count = 0;
  runner.setProfiling(true);
  runner.run(program, invocation, 16, ProgramRole::Host);
  runner.profile(program, launches);
  EXPECT_EQ(launches[5].weight_bytes, 0u); // nothing to do, nothing to read
}

} // namespace
} // namespace transept::runtime

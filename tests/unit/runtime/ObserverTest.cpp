// SPDX-License-Identifier: Apache-2.0
//
// Whoever looks at launches sees each one once, in order, and what it wrote before others write.

#include "ToyModel.h"

#include "runtime/threads/ProgramRunner.h"

#include "transept/observe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace transept::tests {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::Not;

transept_launch launchOf(const char *label, const char *kind,
                         std::uint32_t rows = TRANSEPT_ROWS_ALL) {
  transept_launch launch{};
  launch.label = label;
  launch.kind = kind;
  launch.rows = rows;
  return launch;
}

const transept_launch kBarrier = launchOf("", "barrier");
const transept_launch kLaunches[] = {
    launchOf("first", "linear"), kBarrier, launchOf("second", "linear"),
    launchOf("third", "linear"), kBarrier, launchOf("fourth", "search", TRANSEPT_ROWS_REQUESTED)};

/// Between two barriers, each worker writes the number of the part into its own place.
void writePartNumbers(const transept_invocation *invocation, std::uint32_t worker, std::uint32_t) {
  auto *numbers = static_cast<float *>(invocation->arena);
  for (float part : {1.0f, 2.0f, 3.0f}) {
    numbers[worker] = part;
    if (part != 3)
      invocation->barrier(invocation->barrier_context, worker);
  }
}

struct Seen {
  std::uint64_t launch, rows;
  std::vector<float> numbers;
  bool operator==(const Seen &) const = default;
};

class ObservedProgram : public testing::TestWithParam<std::uint32_t> {
protected:
  ObservedProgram() {
    program.run = writePartNumbers;
    program.launches = kLaunches;
    program.launch_count = std::size(kLaunches);
    program.arena_bytes = GetParam() * sizeof(float);
    invocation.row_count = 5;
    invocation.requested_count = 2;
  }

  static void see(void *context, const transept_program *, std::uint64_t launch,
                  const transept_invocation *invocation, std::uint64_t rows) {
    auto *numbers = static_cast<const float *>(invocation->arena);
    static_cast<std::vector<Seen> *>(context)->push_back(
        {launch, rows, {numbers, numbers + GetParam()}});
  }

  transept_program program{};
  transept_model_table table{};
  transept_invocation invocation{};
};

TEST_P(ObservedProgram, ShowsWhatAllWorkersWroteBeforeTheyGoOn) {
  runtime::ProgramRunner runner(table, GetParam());
  std::vector<Seen> seen, expected;
  runner.setObserver({see, &seen});
  // Often, because a worker that runs ahead does so only now and then.
  for (int run = 0; run < 100; ++run) {
    runner.run(program, invocation, 16, runtime::ProgramRole::Host);
    auto all = [](float part) { return std::vector<float>(GetParam(), part); };
    expected = {{0, 5, all(1)}, {2, 5, all(2)}, {3, 5, all(2)}, {5, 2, all(3)}};
    ASSERT_EQ(seen, expected);
    seen.clear();
  }
  runner.setObserver({});
  runner.run(program, invocation, 16, runtime::ProgramRole::Host);
  EXPECT_THAT(seen, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Workers, ObservedProgram, testing::Values(1u, 3u));

/// The toy model with launches: its decode meets at one barrier.
class ObservedModel : public testing::TestWithParam<unsigned> {
protected:
  ObservedModel() : encode(*toy.level.encode), decode(*toy.level.decode) {
    encode.launches = encodeLaunches;
    encode.launch_count = std::size(encodeLaunches);
    decode.launches = decodeLaunches;
    decode.launch_count = std::size(decodeLaunches);
    toy.level.encode = &encode;
    toy.level.decode = &decode;
  }

  Model open() { return toy.open({.threads = GetParam(), .encoderCacheBytes = 0}); }

  const transept_launch encodeLaunches[1] = {launchOf("store", "store")};
  const transept_launch decodeLaunches[3] = {launchOf("append", "store"), kBarrier,
                                             launchOf("logits", "search", TRANSEPT_ROWS_REQUESTED)};
  ToyModel toy;
  transept_program encode, decode;
};

TEST_P(ObservedModel, ShowsLaunchesInOrderAndNoBarriers) {
  Model model = open();
  std::vector<Id> source = {5, 6, 7}, target = {1, 4};
  std::vector<std::string> seen;
  {
    Observer observer(model, [&](const Observation &observation) {
      seen.push_back((observation.isEncode ? "encode " : "decode ") +
                     std::to_string(observation.launch) + " " + std::string(observation.label) +
                     " " + std::to_string(observation.rows));
    });
    model.logits(model.encode(source), target);
  }
  EXPECT_THAT(seen, ElementsAre("encode 0 store 3", "decode 0 append 2", "decode 2 logits 2"));
  seen.clear();
  model.logits(model.encode(source), target);
  EXPECT_THAT(seen, IsEmpty()) << "the observer is gone";
}

TEST_P(ObservedModel, FailsTheCallInWhichTheObserverThrows) {
  Model model = open();
  std::vector<Id> target = {1, 4};
  Source source = model.encode({5, 6, 7});
  for (std::string_view label : {"append", "logits"}) { // at a barrier, and at the end
    Observer observer(model, [&](const Observation &observation) {
      if (observation.label == label)
        throw std::runtime_error("enough seen");
    });
    try {
      model.logits(source, target);
      FAIL() << "expected an error";
    } catch (const Error &error) {
      EXPECT_STREQ(error.what(), "enough seen");
    }
  }
  EXPECT_EQ(model.logits(source, target).size(), 2u);
}

TEST_P(ObservedModel, FindsTheNumbersOfARow) {
  Model model = open();
  std::vector<Id> source = {5, 6, 7}, target = {1, 4};
  std::vector<float> found;
  Observer observer(model, [&](const Observation &observation) {
    // Search leaves its logits in the arena, which begins with them: a row is the vocabulary.
    if (observation.label == "logits" && !observation.invocation->logits) {
      const float *row = observation.rowOf(0, toy.parameters.vocabulary, 0);
      found.assign(row, row + toy.parameters.vocabulary);
    }
  });
  model.generate(model.encode(source), {.beams = 1, .maximumNewTokens = 1});
  std::vector<Id> start = {1};
  EXPECT_THAT(found, ElementsAreArray(toy.logits(source, start)));
}

TEST_P(ObservedModel, GeneratesTheSameWhileSomebodyLooks) {
  Model model = open();
  std::vector<Id> source = {5, 6, 7};
  std::vector<Id> before = model.generate(model.encode(source), {.beams = 3}).ids();
  std::size_t count = 0;
  {
    Observer observer(model, [&](const Observation &) { ++count; });
    EXPECT_EQ(model.generate(model.encode(source), {.beams = 3}).ids(), before);
  }
  EXPECT_GT(count, before.size()) << "two launches a step";
  EXPECT_THAT(before, Not(IsEmpty()));
  EXPECT_EQ(model.generate(model.encode(source), {.beams = 3}).ids(), before);
}

INSTANTIATE_TEST_SUITE_P(Threads, ObservedModel, testing::Values(1u, 3u));

} // namespace
} // namespace transept::tests

// SPDX-License-Identifier: Apache-2.0
//
// Models on the workers of another model, and on an executor of the program's own.

#include "ToyModel.h"

#include <filesystem>
#include <gmock/gmock.h>
#include <thread>

namespace transept::tests {
namespace {

using testing::HasSubstr;

std::ptrdiff_t threadsOfThisProcess() {
  return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

std::vector<Id> source = {4, 3, 9};

std::vector<Id> expected(ToyModel &toy) {
  Model alone = toy.open();
  return alone.generate(alone.encode(source)).ids();
}

TEST(SharedWorkers, AreTheOnlyThreadsOfAllModels) {
  ToyModel first(1), second(2);
  std::vector<Id> firstIds = expected(first), secondIds = expected(second);
  // ThreadSanitizer adds a thread of its own beside the first one.
  std::thread([] {}).join();
  std::ptrdiff_t before = threadsOfThisProcess();
  Model a = first.open({.threads = 3});
  Model b = second.open({.workers = a.workers()});
  EXPECT_EQ(threadsOfThisProcess(), before + 2);
  EXPECT_EQ(b.statistics().workers, 3u);

  // Both at once, from threads of their own: they take turns.
  auto repeat = [](const Model &model, const std::vector<Id> &ids) {
    for (int count = 0; count < 30; ++count)
      EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
  };
  std::thread other(repeat, std::cref(b), std::cref(secondIds));
  repeat(a, firstIds);
  other.join();
}

TEST(SharedWorkers, CanBeUsedInPart) {
  ToyModel first(1), second(2);
  Model a = first.open({.threads = 4});
  Model b = second.open({.threads = 2, .workers = a.workers()});
  EXPECT_EQ(b.statistics().workers, 2u);
  EXPECT_EQ(b.generate(b.encode(source)).ids(), expected(second));
}

TEST(SharedWorkers, OutliveTheHandleOfTheModelTheyCameFrom) {
  ToyModel first(1), second(2), third(3);
  std::optional<Model> a = first.open({.threads = 2});
  std::optional<Model> b = second.open({.workers = a->workers()});
  a.reset();
  Model c = third.open({.workers = b->workers()}); // passed on
  b.reset();
  EXPECT_EQ(c.generate(c.encode(source)).ids(), expected(third));
}

TEST(SharedWorkers, AreNeverMoreThanThereAre) {
  ToyModel first(1), second(2);
  Model a = first.open({.threads = 2});
  try {
    second.open({.threads = 3, .workers = a.workers()});
    FAIL() << "expected an error";
  } catch (const Error &error) {
    EXPECT_EQ(error.code(), ErrorCode::InvalidArgument);
    EXPECT_THAT(error.what(), HasSubstr("threads is 3, but workers has 2"));
  }
}

/// An executor that starts threads for every program, and can refuse.
struct OwnExecutor {
  std::atomic<int> runs{0};
  bool isClosed = false;

  static std::int32_t run(void *context, transept_worker_function function, void *argument,
                          std::uint32_t count) {
    auto &self = *static_cast<OwnExecutor *>(context);
    if (self.isClosed)
      return 7;
    ++self.runs;
    std::vector<std::thread> threads;
    for (std::uint32_t worker = 1; worker < count; ++worker)
      threads.emplace_back(function, argument, worker);
    function(argument, 0);
    for (std::thread &thread : threads)
      thread.join();
    return 0;
  }
};

TEST(Executor, RunsEveryProgramAndNoThreadIsStarted) {
  ToyModel toy(5);
  std::vector<Id> ids = expected(toy);
  OwnExecutor executor;
  std::ptrdiff_t before = threadsOfThisProcess();
  Model model = toy.open({.workers = {OwnExecutor::run, &executor, /*count=*/3}});
  EXPECT_EQ(threadsOfThisProcess(), before);
  EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
  EXPECT_EQ(executor.runs, int(model.statistics().invocations));
  EXPECT_GT(executor.runs, 1);
}

TEST(Executor, ThatRefusesFailsTheCallAndNothingElse) {
  ToyModel toy(5);
  std::vector<Id> ids = expected(toy);
  OwnExecutor executor{.isClosed = true};
  Model model = toy.open({.workers = {OwnExecutor::run, &executor, /*count=*/2}});
  try {
    model.encode(source);
    FAIL() << "expected an error";
  } catch (const Error &error) {
    EXPECT_THAT(error.what(), HasSubstr("the executor given at opening returned 7"));
  }
  EXPECT_EQ(model.statistics().encoder_entries, 0u);
  executor.isClosed = false;
  EXPECT_EQ(model.generate(model.encode(source)).ids(), ids);
}

} // namespace
} // namespace transept::tests
